/**
 * Schemas and types of the fields in Pipedrive's requests and responses. The generated modules use them, and you use them to
 * describe your own endpoints with `Endpoint.make`.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as Stream from "effect/Stream"
import * as Files from "./internal/schema/files.js"
import * as Nodes from "./internal/schema/nodes.js"
import * as Times from "./internal/schema/times.js"

// -----------------------------------------------------------------------------
// annotations that the runtime reads
// -----------------------------------------------------------------------------

/**
 * How a field is written on the wire when it is given as a `Date` or `DateTime`.
 *
 * @since 0.1.0
 * @category annotations
 */
export type TimeKind = "timestamp" | "instant" | "date"

/**
 * Annotation: the field is a time, and of which kind.
 *
 * @since 0.1.0
 * @category annotations
 */
export const TimeKindId: unique symbol = Symbol.for("effect-pipedrive/Field/TimeKind")

/**
 * Annotation: the field takes one value or many, and is sent comma-joined.
 *
 * @since 0.1.0
 * @category annotations
 */
export const ListId: unique symbol = Symbol.for("effect-pipedrive/Field/List")

/**
 * Annotation: the values Pipedrive documents for an open enumeration.
 *
 * @since 0.1.0
 * @category annotations
 */
export const KnownValuesId: unique symbol = Symbol.for("effect-pipedrive/Field/KnownValues")

/**
 * Annotation: the field is a label, of which the id is sent.
 *
 * @since 0.1.0
 * @category annotations
 */
export const LabelId: unique symbol = Symbol.for("effect-pipedrive/Field/Label")

// -----------------------------------------------------------------------------
// building blocks
// -----------------------------------------------------------------------------

/** A Schema with a mark. In a function, so that a bundle leaves out the Schemas that it does not use. */
const marked = <A>(
  id: typeof TimeKindId | typeof LabelId,
  mark: unknown,
  schema: () => Schema.Schema<A>
): Schema.Schema<A> => Schema.suspend(schema).annotations({ [id]: mark })

/**
 * A field of a response that may be absent (never `undefined`, which JSON does not have).
 *
 * @since 0.1.0
 * @category constructors
 */
export const optional = <A>(schema: Schema.Schema<A>): Schema.PropertySignature<"?:", A, never, "?:", A> =>
  // what `Schema.optionalWith(schema, { exact: true })` makes, without its other options: 4 kB of a bundle
  Schema.makePropertySignature(new Schema.PropertySignatureDeclaration(schema.ast, true, true, {}, undefined))

/**
 * An enumeration in a response. Pipedrive adds values without notice, so any string is valid; the documented ones stand in the
 * type, and editors complete them.
 *
 * @since 0.1.0
 * @category constructors
 */
export const openEnum = <const L extends ReadonlyArray<string>>(
  ...known: L
): Schema.Schema<L[number] | (string & {})> => Schema.String.annotations({ [KnownValuesId]: known })

/**
 * The same for numbers.
 *
 * @since 0.1.0
 * @category constructors
 */
export const openNumbers = <const L extends ReadonlyArray<number>>(
  ...known: L
): Schema.Schema<L[number] | (number & {})> => Schema.Number.annotations({ [KnownValuesId]: known })

// -----------------------------------------------------------------------------
// times
// -----------------------------------------------------------------------------

/**
 * A point in time, as callers may give it. A `Date` or `DateTime` is sent in the form the API version wants
 * (`2026-05-15T09:55:02Z` on v2, `2026-05-15 09:55:02` in UTC on v1), and so is a text that names its zone, such as that of
 * `Date#toISOString`. Other texts of v1's forms are sent as they stand. A text that names no time is refused.
 *
 * @since 0.1.0
 * @category models
 */
export type Timestamp = string | Date | DateTime.DateTime

/** A text of which a function of `internal/times` says whether it is a time. */
const timeText = (is: (text: string) => boolean, what: string, samples: RegExp): Schema.Schema<string> =>
  Schema.String.pipe(Schema.filter(is, { message: () => what, arbitrary: () => (fc) => fc.stringMatching(samples) }))

/** Effect's own Schemas of a `DateTime` bring all that makes one: 6 kB of a bundle. */
const dateTime = (): Schema.Schema<DateTime.DateTime> =>
  Schema.declare(DateTime.isDateTime, {
    identifier: "a DateTime",
    arbitrary: () => (fc) => fc.date({ noInvalidDate: true }).map(DateTime.unsafeFromDate)
  })

const dates = () => [Schema.ValidDateFromSelf, dateTime()] as const

/**
 * Checks a {@link Timestamp}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Timestamp: Schema.Schema<Timestamp> = /*#__PURE__*/ marked(
  TimeKindId,
  "timestamp",
  (): Schema.Schema<Timestamp> =>
    Schema.Union(
      timeText(
        Times.isTimestamp,
        "is no time: write YYYY-MM-DD HH:MM:SS, in UTC, or give a Date or DateTime",
        /^20\d\d-0[1-9]-(1\d|2[0-8]) (0\d|1\d|2[0-3]):[0-5]\d:[0-5]\d$/
      ),
      ...dates()
    )
)

/**
 * A {@link Timestamp} that Pipedrive wants as RFC 3339, `2026-05-15T09:55:02Z`: all of v2's, a few of v1's. A text names the
 * second and its zone, or has v1's form, `2026-05-15 09:55:02`, which is UTC.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Instant: Schema.Schema<Timestamp> = /*#__PURE__*/ marked(
  TimeKindId,
  "instant",
  (): Schema.Schema<Timestamp> =>
    Schema.Union(
      timeText(
        Times.isInstant,
        "is no time with seconds and zone: write YYYY-MM-DDTHH:MM:SSZ, or give a Date or DateTime",
        /^20\d\d-0[1-9]-(1\d|2[0-8])T(0\d|1\d|2[0-3]):[0-5]\d:[0-5]\dZ$/
      ),
      ...dates()
    )
)

/**
 * A calendar day, as callers may give it: `YYYY-MM-DD`, or a `DateTime`, of which the day in its zone is sent, or a `Date`. A
 * `Date` that falls on one day here and on another in UTC is refused: it does not say which of the two is meant.
 *
 * @since 0.1.0
 * @category models
 */
export type CalendarDate = string | Date | DateTime.DateTime

/**
 * Checks a {@link CalendarDate}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CalendarDate: Schema.Schema<CalendarDate> = /*#__PURE__*/ marked(
  TimeKindId,
  "date",
  (): Schema.Schema<CalendarDate> =>
    Schema.Union(
      timeText(Times.isDay, "is not a day of the form YYYY-MM-DD", /^20\d\d-0[1-9]-(1\d|2[0-8])$/),
      Schema.ValidDateFromSelf.pipe(Schema.filter(Times.isOneDay, { message: () => Times.twoDays })),
      dateTime()
    )
)

/**
 * A time of day: `HH:MM` or `HH:MM:SS`, two digits each.
 *
 * @since 0.1.0
 * @category schemas
 */
export const TimeOfDay: Schema.Schema<string> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<string> =>
    Schema.String.pipe(
      Schema.pattern(/^(([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?$/, {
        message: () => "is not a time of day of the form HH:MM or HH:MM:SS"
      })
    )
)

/**
 * How long something takes: `HH:MM` or `HH:MM:SS`, two digits each; a day and more is `24:00` and more.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Hours: Schema.Schema<string> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<string> =>
    Schema.String.pipe(
      Schema.pattern(/^(\d{2,}:[0-5]\d(:[0-5]\d)?)?$/, {
        message: () => "is not a duration of the form HH:MM or HH:MM:SS"
      })
    )
)

// -----------------------------------------------------------------------------
// lists
// -----------------------------------------------------------------------------

/**
 * One value or many. Pipedrive takes such a parameter as one comma-separated string; an array is joined once.
 *
 * @since 0.1.0
 * @category models
 */
export type List<A> = A | ReadonlyArray<A>

/**
 * Checks a {@link List} of at most `max` items.
 *
 * @since 0.1.0
 * @category constructors
 */
export const List = <A>(item: Schema.Schema<A>, max = Number.POSITIVE_INFINITY): Schema.Schema<List<A>> =>
  Schema.Union(
    item,
    Number.isFinite(max) ? Schema.Array(item).pipe(Schema.maxItems(max)) : Schema.Array(item)
  ).annotations({ [ListId]: max })

/**
 * A field to sort by, alone or with its direction.
 *
 * @since 0.1.0
 * @category models
 */
export type Sort<F extends string> = F | `${F} ASC` | `${F} DESC`

/**
 * Checks a {@link Sort}.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Sort = <const L extends ReadonlyArray<string>>(...fields: L): Schema.Schema<Sort<L[number]>> =>
  Schema.Literal(...fields.flatMap((field: L[number]) => [field, `${field} ASC`, `${field} DESC`] as const))

/**
 * A page size: an integer from 1 to the endpoint's documented maximum.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Limit = (max: number): Schema.Schema<number> => Schema.Int.pipe(Schema.between(1, max))

// -----------------------------------------------------------------------------
// bounds
// -----------------------------------------------------------------------------

/**
 * A string with a limited number of characters. Where code points and UTF-16 units differ, as with emoji, the smaller count is
 * used, so that nothing is rejected here that Pipedrive would accept.
 *
 * @since 0.1.0
 * @category constructors
 */
export const Text = (min: number, max = Number.POSITIVE_INFINITY): Schema.Schema<string> => {
  const bounds = { minLength: min, ...(Number.isFinite(max) ? { maxLength: max } : {}) }
  return Schema.String.pipe(
    Schema.filter((text) => text.length >= min && (text.length <= max || Array.from(text).length <= max), {
      message: () =>
        max === Number.POSITIVE_INFINITY
          ? `text of ${min} characters or more`
          : min === 0
            ? `text of at most ${max} characters`
            : `text of ${min} to ${max} characters`,
      jsonSchema: bounds,
      arbitrary: () => (fc) => fc.string(bounds)
    })
  )
}

/**
 * Checks the `term` of a search: two characters or more, or one where the whole value is to match, as `exact_match` or `match`
 * says.
 *
 * @since 0.1.0
 * @category constructors
 */
export const searchTerm =
  (exact: "exact_match" | "match") =>
  <A extends { readonly term: string }>(schema: Schema.Schema<A>): Schema.Schema<A> =>
    schema.pipe(
      Schema.filter((input) => {
        const how: unknown = Object.entries(input).find(([key]) => key === exact)?.[1]
        // a search in one field is exact unless something else is said
        const isExact = how === true || how === 1 || (exact === "match" && (how ?? "exact") === "exact")
        const least = isExact ? 1 : 2
        if (input.term.length >= least) return undefined
        const message = `is too short: a search takes 2 characters or more, or 1 with ${exact === "match" ? 'match: "exact"' : "exact_match: true"}`
        return { path: ["term"], message }
      })
    )

// -----------------------------------------------------------------------------
// custom fields
// -----------------------------------------------------------------------------

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9

/**
 * The key of a custom field: 40 lower-case hexadecimal characters, on v1 perhaps with a suffix such as `_currency`. The
 * type asks for a digit, which every such key has and no misspelt field name does; the exact form is checked when the
 * request is made.
 *
 * @since 0.1.0
 * @category models
 */
export type CustomFieldKey = `${string}${Digit}${string}`

/**
 * Checks a {@link CustomFieldKey}, with or without a v1 suffix.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CustomFieldKey: Schema.Schema<CustomFieldKey> = /*#__PURE__*/ (() =>
  // the pattern is narrower than the type, which Schema.pattern cannot see
  Schema.make<CustomFieldKey>(Schema.String.pipe(Schema.pattern(/^[0-9a-f]{40}(_[a-z0-9_]+)?$/)).ast))()

/**
 * What a v2 custom field may hold: text, a number, an option id or several, a reference, money
 * (`{ value, currency }`), a range (`{ value, until }`), a time or an address. `null` clears it.
 *
 * @since 0.1.0
 * @category models
 */
export type CustomFieldValue =
  | string
  | number
  | boolean
  | null
  | Date
  | DateTime.DateTime
  | ReadonlyArray<string | number | { readonly [part: string]: unknown }>
  | { readonly [part: string]: unknown }

/**
 * Custom fields by key, as v2 takes them under `custom_fields`: `null` clears one, `undefined` leaves it alone. A `Date` is
 * sent as its day.
 *
 * @since 0.1.0
 * @category models
 */
export interface CustomFields {
  readonly [key: string]: CustomFieldValue | undefined
}

/**
 * Checks {@link CustomFields}: the keys' form and that the values can be sent.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CustomFields: Schema.Schema<CustomFields> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<CustomFields> =>
    Schema.Record({
      key: Schema.String.pipe(
        Schema.pattern(/^[0-9a-f]{40}$/, {
          message: () => "is not the key of a custom field (40 lower-case hexadecimal characters)"
        })
      ),
      value: Schema.Union(
        Schema.Undefined,
        Schema.String,
        Schema.Number,
        Schema.Boolean,
        Schema.Null,
        ...dates(),
        Schema.Array(
          Schema.Union(Schema.String, Schema.Number, Schema.Record({ key: Schema.String, value: Schema.Unknown }))
        ),
        Schema.Record({ key: Schema.String, value: Schema.Unknown })
      )
    })
)

// -----------------------------------------------------------------------------
// references
// -----------------------------------------------------------------------------

/**
 * A reference to another record in a response. v1 sends some of its fields beside its id (`value`, sometimes `id`), or only the id
 * if the user may not see the record; v2 sends the id. Null if there is none.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = number | { readonly value?: number | null; readonly id?: number | null } | null | undefined

/**
 * The id in a {@link Reference}, whatever its form.
 *
 * @example
 * ```ts
 * import { Field } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v1"
 * import { Effect } from "effect"
 *
 * const personIds = Deals.list.pipe(Effect.map(({ data }) => data.map((deal) => Field.idOf(deal.person_id))))
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const idOf = (reference: Reference): Option.Option<number> =>
  Option.fromNullable(
    typeof reference === "object" && reference !== null ? (reference.value ?? reference.id) : reference
  )

/**
 * A label of a deal, person or organization of v2: its id, or with `include_labels` its id and name. Where it is written
 * the id is sent, whichever of the two is given.
 *
 * @since 0.1.0
 * @category models
 */
export type Label = number | { readonly id: number; readonly label: string | null }

/**
 * Checks a {@link Label}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Label: Schema.Schema<Label> = /*#__PURE__*/ marked(LabelId, true, () =>
  Schema.Union(Schema.Int, Schema.Struct({ id: Schema.Int, label: Schema.NullOr(Schema.String) }))
)

// -----------------------------------------------------------------------------
// files
// -----------------------------------------------------------------------------

/**
 * How far a file is on its way.
 *
 * @since 0.1.0
 * @category models
 */
export interface Progress {
  /** The bytes so far. */
  readonly bytes: number
  /** Of how many; `undefined` where nobody told. */
  readonly total: number | undefined
}

/**
 * A file to upload: its content, and what is to be known of it. `Upload.fromPath` makes one of a file on disk.
 *
 * @since 0.1.0
 * @category models
 */
export interface NamedFile {
  /** Bytes, a `Blob`, or a Stream of bytes, which is sent as it comes and never held as a whole. */
  readonly content: Blob | ArrayBuffer | ArrayBufferView | Stream.Stream<Uint8Array, unknown>
  /** The file name, with its extension. */
  readonly name: string
  /** The MIME type. @default that of the Blob, or else that of the extension, or else "application/octet-stream" */
  readonly type?: string | undefined
  /** Of a Stream: its bytes, if that is known. With it the request tells its length, and a Stream of another length fails. */
  readonly size?: number | undefined
  /**
   * Of a Stream: whether it gives the same bytes each time it is run, so that a request may be sent again. Without it a
   * request is not repeated once the Stream was begun.
   *
   * @default false
   */
  readonly restartable?: boolean | undefined
  /** Told of every part that was handed to the transport. When the request is sent again, it begins at 0 again. */
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
}

/**
 * A file to upload: a `File`, or its content with a name, or a bare `Blob` or bytes (then sent under the name `file`). Bytes
 * are an `ArrayBuffer` or any view of one, such as a `Uint8Array` or `Buffer`.
 *
 * @since 0.1.0
 * @category models
 */
export type Upload = Blob | ArrayBuffer | ArrayBufferView | NamedFile

/**
 * Checks an {@link Upload}. A path is not a file: strings are refused.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Upload: Schema.Schema<Upload> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<Upload> =>
    Schema.declare((u: unknown): u is Upload => Files.fault(u) === undefined, {
      identifier: "a file",
      message: ({ actual }) => Files.fault(actual) ?? ""
    })
)

/**
 * A downloaded file.
 *
 * @since 0.1.0
 * @category models
 */
export interface Download {
  /** The bytes, exactly as stored. */
  readonly data: Uint8Array
  /** The file name from `Content-Disposition`, when the server told it. */
  readonly name?: string
  /** The MIME type, when the server told it. */
  readonly type?: string
}

/**
 * Checks a {@link Download}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Download: Schema.Schema<Download> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<Download> =>
    Schema.Struct({ data: Schema.Uint8ArrayFromSelf, name: optional(Schema.String), type: optional(Schema.String) })
)

/**
 * The annotation `id` of a schema's AST node, looking through suspensions.
 *
 * @since 0.1.0
 * @category annotations
 */
export const annotation = (ast: SchemaAST.AST, id: symbol): unknown => {
  const own = Nodes.annotation(ast, id)
  const node = own === undefined ? Nodes.of(ast) : undefined
  return node?.kind === "suspend" ? annotation(node.get(), id) : own
}
