/** What a request's SigV4 `Authorization` header says of its sender. The signature itself is not checked. */
export type CredentialScope = {
  readonly accessKeyId: string
  readonly region: string
  readonly service: string
  /** Temporary credentials come with it. */
  readonly token: string | undefined
}

/** Reads the credential scope of a header; undefined when the request is not signed. */
export function credentialScope(authorization: string | undefined, token?: string): CredentialScope | undefined {
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization ?? '')
  const [, accessKeyId, region, service] = scope ?? []
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined
  return { accessKeyId, region, service, token }
}
