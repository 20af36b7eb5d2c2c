/**
 * The reference pages of Pipedrive's resources: one for each module of v1 and v2, from the generator's own model.
 */
import { summaryText } from "../codegen/emit.js"
import { otherWords } from "../codegen/facts/names.js"
import type { Endpoint, Module, Plan } from "../codegen/plan.js"
import type { Shape, ShapeField } from "../codegen/shapes.js"
import type { Example } from "./examples.js"
import { playground } from "./links.js"

export interface Page {
  /** Below the site's root, without suffix: `reference/v2/deals`. */
  readonly path: string
  readonly title: string
  readonly about: string
  readonly text: string
}

export const fileOf = (module: string): string => module.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase()

/** One page for each module, v2 before v1. `runs` tells which examples succeed on the plain demo company. */
export const resourcePages = (
  plan: Plan,
  examples: ReadonlyMap<string, Example>,
  runs: (id: string) => boolean
): ReadonlyArray<Page> =>
  [...plan.modules]
    .sort((a, b) => b.version.localeCompare(a.version) || a.name.localeCompare(b.name))
    .map((module) => ({
      path: `reference/${module.version}/${fileOf(module.name)}`,
      title: module.name,
      about: `${module.endpoints.length} operations: ${module.endpoints.map(({ name }) => name).join(", ")}.`,
      text: pageText(module, plan, examples, runs)
    }))

const pageText = (
  module: Module,
  plan: Plan,
  examples: ReadonlyMap<string, Example>,
  runs: (id: string) => boolean
): string => {
  const { endpoints, name, version } = module
  const other = plan.modules.find((one) => one.name === name && one.version !== version)
  const seeAlso =
    other === undefined ? "" : ` See also [${name} of ${other.version}](../${other.version}/${fileOf(name)}.md).`
  const noted = endpoints.some((endpoint) => statusOf(endpoint) !== "")
  const rows = endpoints.map((endpoint) => {
    const cells = [`[\`${endpoint.name}\`](#${idOf(endpoint)})`, requestOf(endpoint), String(endpoint.facts.cost)]
    return `| ${[...cells, ...(noted ? [statusOf(endpoint)] : [])].join(" | ")} |`
  })
  const head = noted
    ? ["| operation | request | tokens | |", "| --- | --- | ---: | --- |"]
    : ["| operation | request | tokens |", "| --- | --- | ---: |"]
  const write = writerOf(module, plan)
  return [
    `# ${name} <Badge type="info" text="${version}" />`,
    `\`\`\`ts\nimport { ${name} } from "effect-pipedrive/${version}"\n\`\`\``,
    `Each operation is an Effect that fails with [\`PipedriveError\`](../../errors.md) and needs the layer of an account, such as \`PipedriveLive\`.${seeAlso}`,
    [...head, ...rows].join("\n"),
    ...endpoints.map((endpoint) =>
      operationText(endpoint, write, examples.get(keyOf(endpoint)), runs(keyOf(endpoint)))
    ),
    ...(module.models.length === 0 ? [] : ["## Models {#models}"]),
    ...[...module.models]
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((model) => `### ${model.name} {#model-${model.name.toLowerCase()}}\n\n${write.table(model.shape, "output")}`)
  ].join("\n\n")
}

const keyOf = ({ name, operation }: Endpoint): string => `${operation.version}.${operation.module}.${name}`
const idOf = ({ name }: Endpoint): string => name
const requestOf = ({ input, operation }: Endpoint): string =>
  `\`${operation.method} /api/${operation.version}${input.path}\``

const statusOf = ({ operation, replacement }: Endpoint): string =>
  operation.beta
    ? "beta"
    : operation.deprecated
      ? `deprecated${replacement === undefined ? "" : `: ${linkTo(replacement)}`}`
      : ""

/** `v2.Deals.list`, as a link to where it stands. */
const linkTo = (replacement: string): string => {
  const [version = "", module = "", name = ""] = replacement.split(".")
  return `[\`${replacement}\`](../${version}/${fileOf(module)}.md#${name})`
}

const operationText = (endpoint: Endpoint, write: Writer, example: Example | undefined, runs: boolean): string => {
  const { answer, facts, input, operation, replacement } = endpoint
  const notices = [
    ...(operation.beta ? ["::: info Beta\nPipedrive may still change this operation.\n:::"] : []),
    ...(operation.deprecated
      ? [
          `::: warning Deprecated\n${replacement === undefined ? "Pipedrive has replaced it with nothing." : `Use ${linkTo(replacement)}.`}\n:::`
        ]
      : [])
  ]
  const others = (otherWords[operation.key] ?? []).map((word) => `\`${word}\``)
  const facets = [
    `**Request** ${requestOf(endpoint)}`,
    `**Cost** ${facts.cost === 1 ? "1 token" : `${facts.cost} tokens`} of the [daily budget](../../requests.md#limits)`,
    `**Scopes** any of ${operation.scopes.map((scope) => `\`${scope}\``).join(", ")}`,
    ...(answer.pagination === undefined
      ? []
      : [`**Pages** at most ${facts.max ?? 100} items; \`.stream\`, \`.pages\` and \`.collect\` read them all`]),
    `**Errors** ${errorsOf(endpoint)}`,
    `**Official client** \`${operation.name}\`${others.length === 0 ? "" : `; also known as ${others.join(", ")}`}${
      operation.legacy
        ? ""
        : ` ([Pipedrive's page](https://developers.pipedrive.com/docs/api/v1/${operation.module}#${operation.name}))`
    }`
  ]
  const code =
    example === undefined
      ? []
      : [`\`\`\`ts\n${example.call}\n\`\`\`${runs ? `\n\n[Run this example](${playground(example)})` : ""}`]
  const output =
    answer.known === undefined
      ? write.table(answer.shape, "output")
      : "A [`Field.Download`](../modules/field.md): `data` (the bytes), `name` and `type`."
  return [
    `## ${operation.module}.${endpoint.name} {#${idOf(endpoint)}}`,
    summaryText(endpoint),
    ...notices,
    facets.map((facet) => `- ${facet}`).join("\n"),
    ...code,
    `**Input**\n\n${write.table(input.alternatives ?? input.shape, "input")}`,
    `**Output**\n\n${output}`
  ].join("\n\n")
}

/** The errors that say something about this operation; every call can fail with the others, too. */
const errorsOf = ({ input, operation }: Endpoint): string => {
  const named = (tag: string) => `[\`${tag}\`](../../errors.md#${tag.toLowerCase()})`
  const all = [
    `${named("InvalidRequest")} (wrong input)`,
    ...(input.path.includes("{") ? [`${named("NotFound")} (no such entity)`] : []),
    ...(input.body === undefined ? [] : [`${named("BadRequest")} (rejected values)`]),
    `${named("Forbidden")} (no scope or permission)`,
    ...(operation.method === "GET" ? [] : [`${named("Timeout")} (the write may have been done)`])
  ]
  return `${all.join(", ")}, and [those of every call](../../errors.md)`
}

// -----------------------------------------------------------------------------
// tables of fields
// -----------------------------------------------------------------------------

type Direction = "input" | "output"

interface Writer {
  readonly table: (shape: Shape, direction: Direction) => string
}

interface Row {
  readonly path: string
  readonly type: string
  readonly required: boolean
  readonly note: string
}

const writerOf = (module: Module, plan: Plan): Writer => {
  const modelLink = (name: string): string => {
    const owner = plan.owners.get(`${module.version}.${name}`) ?? module.name
    const page = owner === module.name ? "" : `./${fileOf(owner)}.md`
    return `[${name}](${page}#model-${name.toLowerCase()})`
  }

  /** What a cell says of a type: code, words, and links to models. */
  const named = (shape: Shape): string => {
    switch (shape.kind) {
      case "leaf":
        return leafText(shape.type, shape.schema)
      case "model":
        return modelLink(shape.name)
      case "array":
        return `array of ${named(shape.items)}${shape.maximum === undefined ? "" : `, at most ${shape.maximum}`}`
      case "list":
        return `${named(shape.items)}, or an array${shape.maximum === undefined ? "" : ` of at most ${shape.maximum}`}`
      case "sort":
        return `${leafText(shape.fields.type, shape.fields.schema)}, each with or without \`ASC\` or \`DESC\``
      case "nullable":
        return `${named(shape.shape)} or \`null\``
      case "union":
        return shape.members.map(named).join(" or ")
      case "object":
        return typeof shape.rest === "object" ? `object of ${named(shape.rest)}` : "object"
    }
  }

  const inner = (
    shape: Shape,
    path: string
  ): ReadonlyArray<readonly [path: string, shape: Shape & { readonly kind: "object" }]> => {
    switch (shape.kind) {
      case "object":
        return [[path, shape]]
      case "array":
        return inner(shape.items, `${path}[]`)
      case "list":
        return inner(shape.items, path)
      case "nullable":
        return inner(shape.shape, path)
      case "union":
        return shape.members.flatMap((member) => inner(member, path))
      default:
        return []
    }
  }

  const rowsOf = (shape: Shape, path: string): ReadonlyArray<Row> => {
    const seen = new Set<string>()
    return inner(shape, path).flatMap(([at, object]) => [
      ...object.fields.flatMap((field): ReadonlyArray<Row> => {
        const name = at === "" ? field.name : `${at}.${field.name}`
        if (seen.has(name)) return []
        seen.add(name)
        return [rowOf(field, name), ...rowsOf(field.shape, name)]
      }),
      ...restRows(object, at)
    ])
  }

  const restRows = (object: Shape & { readonly kind: "object" }, at: string): ReadonlyArray<Row> =>
    object.rest === "customFields"
      ? [
          {
            path: `${at === "" ? "" : `${at}.`}<key>`,
            type: "unknown",
            required: false,
            note: "Custom fields by their 40-character keys."
          }
        ]
      : object.rest === undefined
        ? []
        : rowsOf(object.rest, `${at === "" ? "" : `${at}.`}<key>`)

  const rowOf = ({ note, optional, shape }: ShapeField, path: string): Row => ({
    path,
    type: named(shape),
    required: !optional,
    note: note ?? ""
  })

  return {
    table: (shape, direction) => {
      const rows = rowsOf(shape, "").filter(({ path }) => direction === "input" || path !== "success")
      if (rows.length === 0) {
        return direction === "input"
          ? "None."
          : shape.kind === "object" && shape.fields.length > 0
            ? "`success` only."
            : named(shape)
      }
      const mark = ({ required }: Row) =>
        direction === "input" ? (required ? " *required*" : "") : required ? "" : " *optional*"
      return [
        "| field | type | notes |",
        "| --- | --- | --- |",
        ...rows.map((row) => `| \`${row.path}\`${mark(row)} | ${cell(row.type)} | ${cell(row.note)} |`)
      ].join("\n")
    }
  }
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

const code = (text: string): string => `\`${text}\``

const range = (least: string, most: string, unit: string): string =>
  least === "0" || least === "" ? `${unit} of at most ${most}` : `${unit} of ${least} to ${most}`

/** A leaf in words: what the Schema adds to the type (whole numbers, lengths, formats) is said, too. */
const leafText = (type: string, schema: string): string => {
  const limit = /^Field\.Limit\((\d+)\)$/.exec(schema)
  if (limit !== null) return `integer, 1 to ${limit[1]}`
  const text = /^Field\.Text\((\d+), (\d+)\)$/.exec(schema)
  if (text !== null) return `${range(text[1] ?? "", Number(text[2]).toLocaleString("en"), "string")} characters`
  const between = /^Schema\.(Int|Number)\.pipe\(Schema\.between\((-?[\d.]+), (-?[\d.]+)\)\)$/.exec(schema)
  if (between !== null) return `${between[1] === "Int" ? "integer" : "number"}, ${between[2]} to ${between[3]}`
  const least = /^Schema\.Int\.pipe\(Schema\.greaterThanOrEqualTo\((-?\d+)\)\)$/.exec(schema)
  if (least !== null) return `integer, at least ${least[1]}`
  const plain = kinds[schema]
  if (plain !== undefined) return plain
  const values = type.split(" | ")
  if (values.every((value) => /^("|\d|true|false|\()/.test(value)) && values.length > 0) {
    const open = values.find((value) => value.startsWith("("))
    const known = values.filter((value) => !value.startsWith("(")).map(code)
    return `${known.join(", ")}${open === undefined ? "" : `, or another ${open.includes("number") ? "number" : "string"}`}`
  }
  return code(type)
}

const kinds: Readonly<Record<string, string>> = {
  "Schema.Int": "integer",
  "Schema.String": "string",
  "Schema.Number": "number",
  "Schema.Boolean": "boolean",
  "Schema.Null": "`null`",
  "Schema.Unknown": "anything",
  "Schema.Tuple()": "`[]`",
  "Field.CalendarDate": "day: `YYYY-MM-DD`, `Date` or `DateTime`",
  "Field.Timestamp": "time: string, `Date` or `DateTime`",
  "Field.Instant": "time: string, `Date` or `DateTime`",
  "Field.TimeOfDay": "time of day: `HH:MM` or `HH:MM:SS`",
  "Field.Hours": "duration: `HH:MM` or `HH:MM:SS`",
  "Field.CustomFields": "custom fields by their 40-character keys",
  "Field.Upload": "`File`, `Blob`, bytes, or `{ content, name }`",
  "Field.Label": "label: its id, or `{ id, label }`"
}
