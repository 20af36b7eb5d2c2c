/**
 * Where we do not say what the official client says, and why. Nothing else is exempt; every row is tested to be needed.
 */
import type { Operation } from "../../codegen/extract.js"
import type { Wire } from "./wire.js"

interface Row {
  /** The operation, or the kind of operation or input. */
  readonly what: string
  readonly difference: string
  readonly reason: string
}

/** The official request is not as it should be: what ours is compared with. */
export interface Mended extends Row {
  readonly mend: (official: Wire, operation: Operation) => Wire
}

/** Ours refuses, before anything is sent, what the official client sends. */
export interface Refused extends Row {
  readonly applies: (official: Wire, operation: Operation) => boolean
  readonly message: RegExp
}

const emptyPost: Mended = {
  what: "a POST or PUT of no body",
  difference: "the official client calls the empty body a form; ours gives no content type",
  reason: "axios does so of its own accord: there is nothing whose type could be told",
  mend: (official, operation) =>
    operation.contentType === undefined &&
    official.contentType === "application/x-www-form-urlencoded" &&
    Array.isArray(official.body) &&
    official.body.length === 0
      ? { ...official, contentType: undefined, body: "" }
      : official
}

const repeated: ReadonlyArray<readonly [operation: string, parameter: string]> = [
  ["v2.getInstallments", "deal_ids"],
  ["v1.getGoals", "type.params.pipeline_id"],
  ["v1.getGoals", "type.params.activity_type_id"],
  ["v1.getProducts", "ids"]
]

const repeatedKeys: Mended = {
  what: repeated.map((pair) => pair.join(" ")).join(", "),
  difference: "the official client repeats the key for each item; ours joins the items with commas",
  reason:
    "Pipedrive takes lists as one comma-separated value: for the deal_ids of the deals' products the official clients were mended so, for these they were forgotten",
  mend: (official, operation) => {
    let wire = official
    for (const [key, parameter] of repeated) if (key === operation.key) wire = joined(wire, parameter)
    return wire
  }
}

/** The request with a repeated key of the query written once. */
const joined = (wire: Wire, parameter: string): Wire => {
  const items = wire.decodedQuery.filter(([name]) => name === parameter).map(([, value]) => value)
  if (items.length < 2) return wire
  const query = wire.query.filter((pair) => !pair.startsWith(`${parameter}=`))
  const decoded = wire.decodedQuery.filter(([name]) => name !== parameter)
  return {
    ...wire,
    query: [...query, `${parameter}=${encodeURIComponent(items.join(","))}`].sort(),
    decodedQuery: [...decoded, [parameter, items.join(",")] as const].sort((a, b) => (String(a) < String(b) ? -1 : 1))
  }
}

export const mended: ReadonlyArray<Mended> = [emptyPost, repeatedKeys]

export const refused: ReadonlyArray<Refused> = [
  {
    what: "a bare update: an id and nothing to change",
    difference: "the official client sends an empty body, which Pipedrive answers with success; ours refuses",
    reason: "an update that changes nothing is a mistake, most often a misplaced field",
    applies: ({ body, method }, operation) =>
      (method === "PATCH" || method === "PUT") &&
      operation.path.endsWith("}") &&
      (JSON.stringify(body) === "{}" || JSON.stringify(body) === "[]" || body === ""),
    message: /changes nothing/
  },
  {
    what: "a blank part of a path",
    difference: "the official client asks for the path without it, which is another resource; ours refuses",
    reason: "`GET /leads/` lists all leads where one was asked for",
    applies: ({ path }) => /\/\/|\/$|\/(%20)+(\/|$)/.test(path),
    message: /must not be blank/
  }
]

/** What the official types offer and our inputs do not, by operation and field, with the one value if it is no more. */
export const withheld: ReadonlyArray<Row & { readonly places: ReadonlyArray<string> }> = [
  {
    what: "the person of a v2 activity",
    places: ["v2.addActivity person_id", "v2.updateActivity person_id"],
    difference: "the official types have person_id; ours refuses it, with a hint at participants",
    reason: "the live API refuses it: it is the first of the participants, and read-only"
  },
  {
    what: "a webhook of version 1.0 with the actions of 2.0",
    places: ["v1.addWebhook version=1.0"],
    difference: "the official types let every action stand beside every version; ours ties them",
    reason: "version 1.0 has added, updated, merged and deleted; 2.0 has create, change and delete"
  }
]

/** What our inputs take beyond the official types. */
export const beyond: ReadonlyArray<string> = [
  "v2.addActivity custom_fields",
  "v2.updateActivity custom_fields",
  "v2.addDeal channel_id",
  "v2.updateDeal channel_id",
  "v1.getUsers start",
  "v1.getUsers limit",
  ...["Activities", "Deals", "Organizations", "Persons", "Pipelines", "Products", "Stages"].flatMap((name) => [
    `v1.get${name} sort_by`,
    `v1.get${name} sort_direction`
  ])
]

/** Of input kinds that the general comparison does not use: each is shown by calls of its own. */
export const kinds = {
  bytes: {
    what: "bytes for a file: a Buffer or Uint8Array",
    difference: "the official client writes them out as text; ours sends a file",
    reason: "FormData makes a string of what is no Blob"
  },
  blob: {
    what: "a Blob without a name for a file",
    difference: "the official client's part is named blob, ours file",
    reason: "neither name means anything: give a File, or a name beside the content"
  },
  queryDate: {
    what: "a Date in the query",
    difference: "the official client leaves it out, or writes milliseconds; ours writes it as the API version wants",
    reason: "its writer of query parameters looks for a Date's keys; Pipedrive refuses fractions of a second"
  },
  bodyDate: {
    what: "a Date in a body",
    difference: "the official client writes every Date as a point in time with milliseconds; ours as the field wants",
    reason: "v1 wants `2026-05-15 09:55:02`, v2 no fractions, and days are days"
  },
  bothCredentials: {
    what: "an API token and an access token together",
    difference: "the official client sends both; ours the API token alone",
    reason: "the official client's own documentation says that the token wins"
  }
} satisfies Record<string, Row>
