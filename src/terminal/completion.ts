import type { Command } from '../core/command/define.ts'
import { declaredArguments } from '../core/command/read-arguments.ts'

/**
 * A script that completes the words of `sparkify` in bash: names of commands and queries, their parameters, and the values of parameters
 * that have a few. It is static, because a start of the program at each Tab would take half a second. Read with
 * `eval "$(sparkify completion bash)"`.
 */
export function bashCompletion(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const first = `${names} backup restore completion mcp`
  const declared = commands.map(({ name, args }) => ({ name, parameters: declaredArguments(args) }))
  const parameters = declared.flatMap(({ name, parameters }) => {
    const bare = parameters.flatMap(({ meta }) => (meta.bare ? (meta.values ?? []) : []))
    const named = parameters.filter(({ meta }) => meta.rest !== true).map((parameter) => `${parameter.name}=`)
    const words = name === 'help' ? [names] : [...bare, ...named]
    return words.length === 0 ? [] : [`    ${name}) words='${words.join(' ')}' ;;`]
  })
  const values = declared.flatMap(({ name, parameters }) =>
    parameters.flatMap(({ name: parameter, meta }) =>
      meta.values === undefined ? [] : [`    ${name}:${parameter}) words='${meta.values.join(' ')}' ;;`],
    ),
  )
  // Bash splits words at `=`, so `last=7d` is three of them.
  return `_sparkify() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words='' name=''
  if [ "$COMP_CWORD" -le 1 ]; then
    words='${first}'
  elif [ "$word" = '=' ] || [ "$before" = '=' ]; then
    if [ "$word" = '=' ]; then name="$before" word=''; else name="\${COMP_WORDS[COMP_CWORD-2]}"; fi
    case "$command:$name" in
${values.join('\n')}
    esac
  else
    case "$command" in
${parameters.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case "\${COMPREPLY[0]}" in *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -F _sparkify sparkify
`
}
