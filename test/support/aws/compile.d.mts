/** Compiles the double and returns the absolute path of the folder that holds its JavaScript. */
export function compileDouble(): string
