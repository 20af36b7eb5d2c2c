/** A few endpoints by hand, so that the runtime is tested without the generated modules. */

import * as Schema from "effect/Schema"
import { Endpoint, Field, Pagination } from "effect-pipedrive"

const optional = Schema.optional

export const Robot = Schema.Struct({
  id: Schema.Number,
  name: Field.optional(Schema.NullOr(Schema.String)),
  kind: Field.optional(Field.openEnum("walker", "talker"))
})

const about = { scopes: ["robots:full"], cost: 10 } as const
const one = Schema.Struct({ success: Schema.Literal(true), data: Robot })

export const list = Pagination.list(() => ({
  ...about,
  name: "Robots.list",
  operation: "getRobots",
  version: "v2",
  method: "GET",
  path: "/robots",
  query: ["ids", "status", "include_fields", "updated_since", "born", "busy", "limit", "cursor"],
  input: Schema.Struct({
    ids: optional(Field.List(Schema.Int, 3)),
    status: optional(Field.List(Schema.Literal("open", "won"))),
    include_fields: optional(Field.List(Schema.String)),
    updated_since: optional(Field.Timestamp),
    born: optional(Field.CalendarDate),
    busy: optional(Schema.Boolean),
    limit: optional(Field.Limit(500)),
    cursor: optional(Schema.String)
  }),
  output: Schema.Struct({
    success: Schema.Literal(true),
    data: Schema.Array(Robot),
    additional_data: Field.optional(Schema.Struct({ next_cursor: Field.optional(Schema.NullOr(Schema.String)) }))
  }),
  pagination: { style: "cursor", maximum: 500, items: "data" }
}))

export const listOld = Pagination.list(() => ({
  ...about,
  name: "Robots.list",
  operation: "getRobots",
  version: "v1",
  method: "GET",
  path: "/robots/{id}/parts",
  query: ["updated_since", "start", "limit"],
  input: Schema.Struct({
    id: Schema.Int,
    updated_since: optional(Field.Timestamp),
    start: optional(Schema.Int),
    limit: optional(Field.Limit(100))
  }),
  output: Schema.Struct({ success: Schema.Literal(true), data: Schema.Array(Robot) }),
  pagination: { style: "offset", maximum: 100, items: "data" }
}))

export const get = Endpoint.make(() => ({
  ...about,
  name: "Robots.get",
  operation: "getRobot",
  version: "v2",
  method: "GET",
  path: "/robots/{id}",
  input: Schema.Struct({ id: Schema.Union(Schema.Number, Schema.String) }),
  output: one
}))

const writable = {
  name: optional(Schema.NullOr(Schema.String)),
  owner_id: optional(Schema.Int),
  value: optional(Schema.Number),
  born: optional(Schema.NullOr(Field.CalendarDate)),
  seen: optional(Field.Timestamp),
  parts: optional(Schema.Array(Schema.Struct({ made: Field.CalendarDate, note: optional(Schema.String) }))),
  custom_fields: optional(Field.CustomFields),
  secret_password: optional(Schema.String)
}

export const add = Endpoint.make(() => ({
  ...about,
  name: "Robots.add",
  operation: "addRobot",
  version: "v2",
  method: "POST",
  path: "/robots",
  body: { encoding: "json", keys: Object.keys(writable) },
  input: Schema.Struct({ ...writable, name: Schema.String }),
  output: one
}))

export const update = Endpoint.make(() => ({
  ...about,
  name: "Robots.update",
  operation: "updateRobot",
  version: "v2",
  method: "PATCH",
  path: "/robots/{id}",
  body: { encoding: "json", keys: Object.keys(writable) },
  input: Schema.Struct({ id: Schema.Int, ...writable }),
  output: one
}))

export const addOld = Endpoint.make(() => ({
  ...about,
  name: "Robots.add",
  operation: "addRobot",
  version: "v1",
  method: "POST",
  path: "/robots",
  body: { encoding: "json", keys: ["name", "seen"], customFields: true },
  input: Schema.Struct(
    { name: Schema.String, seen: optional(Field.Timestamp) },
    { key: Field.CustomFieldKey, value: Schema.Unknown }
  ),
  output: one
}))

export const addMany = Endpoint.make(() => ({
  ...about,
  name: "Robots.addMany",
  operation: "addRobots",
  version: "v2",
  method: "POST",
  path: "/robots/{id}/bulk",
  body: { encoding: "json", keys: ["body"], whole: true },
  input: Schema.Struct({ id: Schema.Int, body: Schema.Array(Schema.Struct({ name: Schema.String })) }),
  output: Schema.Struct({ success: Schema.Literal(true), data: Schema.Array(Robot) })
}))

export const rename = Endpoint.make(() => ({
  ...about,
  name: "Robots.rename",
  operation: "renameRobot",
  version: "v1",
  method: "PUT",
  path: "/robots/{id}",
  body: { encoding: "form", keys: ["name", "active"] },
  input: Schema.Struct({ id: Schema.Int, name: optional(Schema.String), active: optional(Schema.Boolean) }),
  output: one
}))

export const upload = Endpoint.make(() => ({
  ...about,
  name: "Robots.upload",
  operation: "uploadRobot",
  version: "v1",
  method: "POST",
  path: "/robots/{id}/picture",
  body: { encoding: "multipart", keys: ["file", "crop"] },
  input: Schema.Struct({ id: Schema.Int, file: Field.Upload, crop: optional(Schema.Int) }),
  output: one
}))

export const download = Endpoint.make(() => ({
  ...about,
  name: "Robots.download",
  operation: "downloadRobot",
  version: "v1",
  method: "GET",
  path: "/robots/{id}/download",
  response: "binary",
  input: Schema.Struct({ id: Schema.Int }),
  output: Field.Download
}))

export const remove = Endpoint.make(() => ({
  ...about,
  name: "Robots.delete",
  operation: "deleteRobot",
  version: "v1",
  method: "DELETE",
  path: "/robots/{id}",
  response: "empty",
  input: Schema.Struct({ id: Schema.Int }),
  output: Schema.Struct({ success: Schema.Literal(true) })
}))

export const count = Endpoint.make(() => ({
  ...about,
  name: "Robots.count",
  operation: "countRobots",
  version: "v1",
  method: "GET",
  path: "/robots/count",
  input: Schema.Struct({}),
  output: Schema.Struct({ success: Schema.Literal(true), data: Schema.Number })
}))
