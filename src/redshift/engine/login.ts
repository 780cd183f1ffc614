/** Who statements run as: the owner of the cluster's secret where it has one, otherwise the admin user by name. */
export interface Login {
  get(): Promise<{ readonly SecretArn: string } | { readonly DbUser: string }>
  /** The cluster is asked again next time: its secret was rotated, or it is another cluster. */
  forget(): void
}

/** Asks for the secret's ARN once and remembers it, because asking costs a call. */
export function createLogin(secretArn: () => Promise<string | undefined>, adminUser: string): Login {
  let known: ReturnType<Login['get']> | undefined
  const ask = async (): ReturnType<Login['get']> => {
    const arn = await secretArn()
    return arn === undefined ? { DbUser: adminUser } : { SecretArn: arn }
  }
  return {
    async get() {
      known ??= ask()
      try {
        return await known
      } catch (error) {
        known = undefined
        throw error
      }
    },
    forget() {
      known = undefined
    },
  }
}
