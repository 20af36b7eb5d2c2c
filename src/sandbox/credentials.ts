/**
 * Who asks. This is looked at first, before it is known what is asked for.
 *
 * @internal
 */
import * as Either from "effect/Either"
import type { Answer, Incoming } from "./http.js"
import * as refusals from "./refusals.js"
import { get, type Id, put, type Row, type World } from "./world.js"

/** The table of API tokens: the token is the id. */
const table = "apiToken"

/** Lets a token act for a user. */
export const admit = (world: World, token: string, userId: Id): void =>
  put(world, table, { id: token, user_id: userId })

const owner = (world: World, token: string): Row | undefined => {
  const user = get(world, "user", get(world, table, token)?.user_id)
  return user?.active_flag === true ? user : undefined
}

/** The user whose credentials a request carries. An API token goes before an access token. */
export const identify = (world: World, incoming: Incoming): Either.Either<Row, Answer> => {
  const token = incoming.headers["x-api-token"] ?? incoming.url.searchParams.get("api_token") ?? undefined
  if (token !== undefined) {
    const user = owner(world, token)
    return user === undefined ? Either.left(refusals.unauthorized) : Either.right(user)
  }
  const authorization = incoming.headers.authorization
  if (authorization !== undefined && !/^(Bearer|Basic) \S+$/i.test(authorization)) {
    return Either.left(refusals.gateway(400, "Invalid request: malformed authorization header"))
  }
  return Either.left(refusals.unauthorized)
}
