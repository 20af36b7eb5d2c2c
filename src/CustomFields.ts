/**
 * Custom fields by name. A definition says what an account's fields are called and of which type they are; by it they are read
 * from records of v1 and v2 and from webhooks into one plain model, and written to either version.
 *
 * @since 0.1.0
 */

import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import { dual } from "effect/Function"
import type * as Maybe from "effect/Option"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import type * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type { ManyInput } from "./Batch.js"
import type * as Endpoint from "./Endpoint.js"
import type * as Field from "./Field.js"
import * as Account from "./internal/customFields/account.js"
import * as Bind from "./internal/customFields/bind.js"
import * as Forms from "./internal/customFields/forms.js"
import * as Load from "./internal/customFields/load.js"
import { fromEither } from "./internal/effects.js"
import type { Names } from "./internal/options.js"
import type { From } from "./Pagination.js"
import {
  type AmbiguousCustomField,
  InvalidCustomFields,
  InvalidRequest,
  type Issue,
  type PipedriveError,
  type UnknownCustomField,
  type UnknownCustomFieldOption
} from "./PipedriveError.js"

// -----------------------------------------------------------------------------
// the model
// -----------------------------------------------------------------------------

/**
 * An amount with its currency, `EUR` or the code of a custom one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Money {
  readonly value: number
  readonly currency: string
}

/**
 * Two days, `YYYY-MM-DD`. A `Date` or `DateTime` may be given for either.
 *
 * @since 0.1.0
 * @category models
 */
export interface DateRange<Day = string> {
  readonly value: Day
  readonly until: Day
}

/**
 * A time zone, by Pipedrive's number and by its name, `Europe/Tallinn`. v2 has both, v1 the number alone.
 *
 * @since 0.1.0
 * @category models
 */
export interface Zone {
  readonly timezone_id?: number
  readonly timezone_name?: string
}

/**
 * A time of day, `HH:MM:SS`, perhaps with its zone.
 *
 * @since 0.1.0
 * @category models
 */
export interface Time extends Zone {
  readonly value: string
}

/**
 * Two times of day, `HH:MM:SS`, perhaps with their zone.
 *
 * @since 0.1.0
 * @category models
 */
export interface TimeRange extends Time {
  readonly until: string
}

/**
 * An address as text, with the parts that are known. It is written whole: a part that is left out is cleared.
 *
 * @since 0.1.0
 * @category models
 */
export interface Address {
  readonly value: string
  readonly subpremise?: string
  readonly street_number?: string
  readonly route?: string
  readonly sublocality?: string
  readonly locality?: string
  readonly admin_area_level_1?: string
  readonly admin_area_level_2?: string
  readonly country?: string
  readonly postal_code?: string
  readonly formatted_address?: string
}

/**
 * An option that the definition does not have, such as one that was added since. Its label stands here where the answer told it
 * (`include_option_labels`).
 *
 * @since 0.1.0
 * @category models
 */
export interface UnknownOption {
  readonly id: number
  readonly label?: string
}

/**
 * One of a field's options as it is read: its label in the definition, or what is known of one that is not there.
 *
 * @since 0.1.0
 * @category models
 */
export type Option<Label extends string> = Label | UnknownOption

/**
 * One of a field's options as it may be given: a label or an id of the definition, or `{ id }` for any other.
 *
 * @since 0.1.0
 * @category models
 */
export type OptionInput<O extends Options> = Labels<O> | O[keyof O] | UnknownOption

/**
 * The options of a field: labels of your own choice, and Pipedrive's ids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly [label: string]: number
}

type Labels<O extends Options> = `${keyof O & (string | number)}`

// -----------------------------------------------------------------------------
// definitions
// -----------------------------------------------------------------------------

/**
 * @since 0.1.0
 * @category symbols
 */
export const TypeId: unique symbol = /*#__PURE__*/ Symbol.for("effect-pipedrive/CustomFields")

/**
 * @since 0.1.0
 * @category symbols
 */
export type TypeId = typeof TypeId

/**
 * The types of custom field, by Pipedrive's names.
 *
 * @since 0.1.0
 * @category models
 */
export type FieldType =
  | "varchar"
  | "varchar_auto"
  | "text"
  | "double"
  | "monetary"
  | "set"
  | "enum"
  | "user"
  | "org"
  | "people"
  | "phone"
  | "time"
  | "timerange"
  | "date"
  | "daterange"
  | "address"

/**
 * What is known of one custom field: `A` is what it is read as, `I` what may be given for it.
 *
 * @since 0.1.0
 * @category models
 */
export interface CustomField<out A, in I = A> {
  readonly [TypeId]: { readonly _A: Types.Covariant<A>; readonly _I: Types.Contravariant<I> }
  readonly type: FieldType
  /** 40 hexadecimal characters: the field's code in an account. */
  readonly key: string
  readonly options: Options | undefined
}

/**
 * Custom fields by the names that you give them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fields {
  readonly [name: string]: CustomField<unknown, never>
}

/**
 * The custom fields of an entity, as {@link define} makes them.
 *
 * @since 0.1.0
 * @category models
 */
export interface CustomFields<out F extends Fields> extends Pipeable {
  readonly [TypeId]: Forms.Plan
  readonly fields: F
}

type FieldsOf<D> = D extends CustomFields<infer F> ? F : never

/**
 * What a definition's fields are read as: null where nothing is set.
 *
 * @since 0.1.0
 * @category models
 */
export type Type<D> = {
  readonly [K in keyof FieldsOf<D>]: (FieldsOf<D>[K] extends CustomField<infer A, never> ? A : never) | null
}

/**
 * What may be given to write: null clears a field, what is absent or undefined is left alone.
 *
 * @since 0.1.0
 * @category models
 */
export type Input<D> = {
  readonly [K in keyof FieldsOf<D>]?:
    | (FieldsOf<D>[K] extends CustomField<unknown, infer I> ? I : never)
    | null
    | undefined
}

const variance = { _A: (_: never) => _, _I: (_: unknown) => {} }

const make =
  <A, I = A>(type: FieldType) =>
  (key: string): CustomField<A, I> => ({ [TypeId]: variance, type, key, options: undefined })

/**
 * Text of at most 255 characters.
 *
 * @since 0.1.0
 * @category fields
 */
export const varchar: (key: string) => CustomField<string> = /*#__PURE__*/ make("varchar")

/**
 * Text of at most 255 characters that Pipedrive completes as it is typed.
 *
 * @since 0.1.0
 * @category fields
 */
export const varchar_auto: (key: string) => CustomField<string> = /*#__PURE__*/ make("varchar_auto")

/**
 * Text of at most 65,535 characters.
 *
 * @since 0.1.0
 * @category fields
 */
export const text: (key: string) => CustomField<string> = /*#__PURE__*/ make("text")

/**
 * A number.
 *
 * @since 0.1.0
 * @category fields
 */
export const double: (key: string) => CustomField<number> = /*#__PURE__*/ make("double")

/**
 * An amount with its currency.
 *
 * @since 0.1.0
 * @category fields
 */
export const monetary: (key: string) => CustomField<Money> = /*#__PURE__*/ make("monetary")

/**
 * Several of the field's options, by label or id. An empty array clears the field, as null does: Pipedrive has no empty set.
 *
 * @since 0.1.0
 * @category fields
 */
export const set = <const O extends Options>(
  key: string,
  options: O
): CustomField<ReadonlyArray<Option<Labels<O>>>, ReadonlyArray<OptionInput<O>>> => ({
  [TypeId]: variance,
  type: "set",
  key,
  options
})

const enum_ = <const O extends Options>(key: string, options: O): CustomField<Option<Labels<O>>, OptionInput<O>> => ({
  [TypeId]: variance,
  type: "enum",
  key,
  options
})

export {
  /**
   * One of the field's options, by label or id.
   *
   * @since 0.1.0
   * @category fields
   */
  enum_ as enum
}

/**
 * A user, by id.
 *
 * @since 0.1.0
 * @category fields
 */
export const user: (key: string) => CustomField<number> = /*#__PURE__*/ make("user")

/**
 * An organization, by id.
 *
 * @since 0.1.0
 * @category fields
 */
export const org: (key: string) => CustomField<number> = /*#__PURE__*/ make("org")

/**
 * A person, by id.
 *
 * @since 0.1.0
 * @category fields
 */
export const people: (key: string) => CustomField<number> = /*#__PURE__*/ make("people")

/**
 * A phone number, as text.
 *
 * @since 0.1.0
 * @category fields
 */
export const phone: (key: string) => CustomField<string> = /*#__PURE__*/ make("phone")

/**
 * A time of day.
 *
 * @since 0.1.0
 * @category fields
 */
export const time: (key: string) => CustomField<Time> = /*#__PURE__*/ make("time")

/**
 * Two times of day.
 *
 * @since 0.1.0
 * @category fields
 */
export const timerange: (key: string) => CustomField<TimeRange> = /*#__PURE__*/ make("timerange")

/**
 * A day, `YYYY-MM-DD`, which may be given as a `Date` or `DateTime`, too.
 *
 * @since 0.1.0
 * @category fields
 */
export const date: (key: string) => CustomField<string, Field.CalendarDate> = /*#__PURE__*/ make("date")

/**
 * Two days.
 *
 * @since 0.1.0
 * @category fields
 */
export const daterange: (key: string) => CustomField<DateRange, DateRange<Field.CalendarDate>> =
  /*#__PURE__*/ make("daterange")

/**
 * An address.
 *
 * @since 0.1.0
 * @category fields
 */
export const address: (key: string) => CustomField<Address> = /*#__PURE__*/ make("address")

/**
 * Defines the custom fields of an entity, under names of your own. Leads have those of deals. What is wrong with a definition
 * (a key that is none, two fields of one key) is told by whatever is done with it first.
 *
 * @example
 * ```ts
 * import { CustomFields } from "effect-pipedrive"
 *
 * const dealFields = CustomFields.define({
 *   size: CustomFields.enum("c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708", { small: 12, large: 34 }),
 *   budget: CustomFields.monetary("0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b")
 * })
 *
 * // { size: "small" | "large" | UnknownOption | null, budget: Money | null }
 * type DealFields = CustomFields.Type<typeof dealFields>
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const define = <const F extends Fields>(fields: F): CustomFields<F> => ({
  [TypeId]: Forms.plan(fields),
  fields,
  pipe() {
    // biome-ignore lint/complexity/noArguments: as every Pipeable has it
    return pipeArguments(this, arguments)
  }
})

/**
 * The keys of the fields: what the `custom_fields` parameter of a list of v2 takes, to read these alone (at most 15).
 *
 * @since 0.1.0
 * @category getters
 */
export const keys = (self: CustomFields<Fields>): ReadonlyArray<string> =>
  Object.values(self.fields).map((field) => field.key)

// -----------------------------------------------------------------------------
// reading
// -----------------------------------------------------------------------------

const unreadable = (issues: ReadonlyArray<Issue>) => new InvalidCustomFields({ issues })

const read = <A>(self: CustomFields<Fields>, entity: unknown, whole: boolean): Effect.Effect<A, InvalidCustomFields> =>
  Effect.suspend(() =>
    // what the fields' kinds read is what their constructors say in their types
    Effect.mapError(
      fromEither(
        Forms.guarded(() => Forms.decode(self[TypeId], entity, whole)) as Either.Either<A, ReadonlyArray<Issue>>
      ),
      unreadable
    )
  )

/**
 * Reads the custom fields of a record: of v2 (`custom_fields`), of v1 (keys and keys with suffixes beside the built-in fields;
 * leads, too) or of a webhook's `data`. A field that the record does not carry is null. Where an answer was narrowed to some
 * fields, define those alone or take {@link decodePartial}, lest nulls be written back.
 *
 * @since 0.1.0
 * @category reading
 */
export const decode: {
  <F extends Fields>(
    fields: CustomFields<F>
  ): (entity: unknown) => Effect.Effect<Type<CustomFields<F>>, InvalidCustomFields>
  <F extends Fields>(
    entity: unknown,
    fields: CustomFields<F>
  ): Effect.Effect<Type<CustomFields<F>>, InvalidCustomFields>
} = /*#__PURE__*/ dual(2, <F extends Fields>(entity: unknown, fields: CustomFields<F>) =>
  read<Type<CustomFields<F>>>(fields, entity, true)
)

/**
 * The same, of what a record carries: a field that is not there is left out. So a webhook's `previous` is read, which has no
 * more than what was changed.
 *
 * @since 0.1.0
 * @category reading
 */
export const decodePartial: {
  <F extends Fields>(
    fields: CustomFields<F>
  ): (entity: unknown) => Effect.Effect<Partial<Type<CustomFields<F>>>, InvalidCustomFields>
  <F extends Fields>(
    entity: unknown,
    fields: CustomFields<F>
  ): Effect.Effect<Partial<Type<CustomFields<F>>>, InvalidCustomFields>
} = /*#__PURE__*/ dual(2, <F extends Fields>(entity: unknown, fields: CustomFields<F>) =>
  read<Partial<Type<CustomFields<F>>>>(fields, entity, false)
)

// -----------------------------------------------------------------------------
// writing
// -----------------------------------------------------------------------------

/**
 * Custom fields in the form of v2's inputs. Without any, there is no `custom_fields` either: an empty one might clear all.
 *
 * @since 0.1.0
 * @category models
 */
export interface V2 {
  readonly custom_fields?: Field.CustomFields
}

/**
 * Custom fields in the form of v1's inputs.
 *
 * @since 0.1.0
 * @category models
 */
export interface V1 {
  readonly [key: Field.CustomFieldKey]: unknown
}

interface Caller {
  readonly endpoint: string
  readonly method: string
  readonly path: string
}

const nested = (values: Readonly<Record<string, unknown>>): V2 =>
  // what a kind writes is a value of v2
  Object.keys(values).length === 0 ? {} : { custom_fields: values as Field.CustomFields }

const write = (self: CustomFields<Fields>, values: unknown, version: Forms.Version, caller: Caller) =>
  Effect.suspend(() =>
    Effect.mapError(
      fromEither(Forms.guarded(() => Forms.encode(self[TypeId], values, version))),
      (issues) => new InvalidRequest({ ...caller, issues })
    )
  )

const local = (endpoint: string): Caller => ({ endpoint, method: "", path: "" })

/**
 * Writes custom fields for an input of v2, into which the result is spread: `Deals.update({ id: 42, ...written })`. Null clears
 * a field, what is absent is left alone. What cannot be written fails as `InvalidRequest`, which names the field.
 *
 * @since 0.1.0
 * @category writing
 */
export const encodeV2: {
  <F extends Fields>(fields: CustomFields<F>): (values: Input<CustomFields<F>>) => Effect.Effect<V2, InvalidRequest>
  <F extends Fields>(
    values: Input<CustomFields<Types.NoInfer<F>>>,
    fields: CustomFields<F>
  ): Effect.Effect<V2, InvalidRequest>
} = /*#__PURE__*/ dual(2, (values: unknown, fields: CustomFields<Fields>) =>
  Effect.map(write(fields, values, "v2", local("CustomFields.encodeV2")), nested)
)

/**
 * The same for v1, leads included, where values of several parts stand under several keys.
 *
 * @since 0.1.0
 * @category writing
 */
export const encodeV1: {
  <F extends Fields>(fields: CustomFields<F>): (values: Input<CustomFields<F>>) => Effect.Effect<V1, InvalidRequest>
  <F extends Fields>(
    values: Input<CustomFields<Types.NoInfer<F>>>,
    fields: CustomFields<F>
  ): Effect.Effect<V1, InvalidRequest>
} = /*#__PURE__*/ dual(2, (values: unknown, fields: CustomFields<Fields>) =>
  write(fields, values, "v1", local("CustomFields.encodeV1"))
)

/**
 * Reads fields from text, as they are written in a CSV file or a form: `Fair` or `fair`, `Office; Lobby` or `Office, Lobby`,
 * `500 EUR`, `09:30 - 11:00`, `2026-01-01 - 2026-01-31`, ids as digits. Empty text clears a field, and what is not among the fields is left out, so that a whole
 * row can be given. What cannot be read, or written to the field, fails as `InvalidRequest`, which names it.
 *
 * @example
 * ```ts
 * import { CustomFields } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const dealFields = CustomFields.define({
 *   size: CustomFields.enum("c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708", { small: 12, large: 34 }),
 *   budget: CustomFields.monetary("0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b")
 * })
 * const deals = CustomFields.module(Deals, dealFields)
 *
 * const program = Effect.gen(function* () {
 *   const fields = yield* CustomFields.fromText({ title: "Forty desks", size: "large", budget: "500 EUR" }, dealFields)
 *   yield* deals.add({ title: "Forty desks", fields }) // { size: "large", budget: { value: 500, currency: "EUR" } }
 * })
 * ```
 *
 * @since 0.1.0
 * @category writing
 */
export const fromText: {
  <F extends Fields>(
    fields: CustomFields<F>
  ): (texts: Readonly<Record<string, string | undefined>>) => Effect.Effect<Input<CustomFields<F>>, InvalidRequest>
  <F extends Fields>(
    texts: Readonly<Record<string, string | undefined>>,
    fields: CustomFields<F>
  ): Effect.Effect<Input<CustomFields<F>>, InvalidRequest>
} = /*#__PURE__*/ dual(2, <F extends Fields>(texts: unknown, fields: CustomFields<F>) =>
  Effect.suspend(() =>
    Effect.mapError(
      // what the fields' kinds take is what their constructors say in their types
      fromEither(
        Forms.guarded(() => Forms.fromText(fields[TypeId], texts)) as Either.Either<
          Input<CustomFields<F>>,
          ReadonlyArray<Issue>
        >
      ),
      (issues) => new InvalidRequest({ ...local("CustomFields.fromText"), issues })
    )
  )
)

// -----------------------------------------------------------------------------
// endpoints
// -----------------------------------------------------------------------------

/** Whether an endpoint writes custom fields. */
type Writes<I> = Field.CustomFieldKey extends keyof I
  ? true
  : I extends { readonly custom_fields?: infer C }
    ? NonNullable<C> extends Field.CustomFields
      ? true
      : false
    : false

/**
 * The input of an endpoint that knows custom fields by name: where it writes custom fields, `fields` has them.
 *
 * @since 0.1.0
 * @category models
 */
export type WithInput<I, D> = Writes<I> extends true ? I & { readonly fields?: Input<D> | undefined } : I

/**
 * A record with its custom fields by name.
 *
 * @since 0.1.0
 * @category models
 */
export type WithFields<A, D> = A extends { readonly items: ReadonlyArray<unknown> } | null | undefined
  ? A
  : A extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Item & { readonly fields: Type<D> }>
    : A extends object
      ? A & { readonly fields: Type<D> }
      : A

/**
 * The output of an endpoint that knows custom fields by name: its records have them as `fields`.
 *
 * @since 0.1.0
 * @category models
 */
export type WithOutput<A, D> = A extends { readonly data: infer Data }
  ? Omit<A, "data"> & { readonly data: WithFields<Data, D> }
  : A

/**
 * An endpoint that knows custom fields by name.
 *
 * @since 0.1.0
 * @category models
 */
export type Bound<E extends Endpoint.Any, D> = ((
  // biome-ignore lint/complexity/noBannedTypes: the question is whether an empty object will do
  ...input: {} extends Endpoint.Input<E>
    ? [input?: WithInput<Endpoint.Input<E>, D>]
    : [input: WithInput<Endpoint.Input<E>, D>]
) => Effect.Effect<WithOutput<Endpoint.Output<E>, D>, PipedriveError | InvalidCustomFields, Endpoint.Requirements>) &
  (E extends { readonly stream: (...input: never) => Stream.Stream<infer Item, infer _E, infer _R> }
    ? {
        readonly stream: (
          // biome-ignore lint/complexity/noBannedTypes: as above
          ...input: {} extends Endpoint.Input<E>
            ? [input?: Endpoint.Input<E> & From]
            : [input: Endpoint.Input<E> & From]
        ) => Stream.Stream<
          Endpoint.Output<E> extends { readonly data: ReadonlyArray<unknown> }
            ? Item & { readonly fields: Type<D> }
            : Item,
          PipedriveError | InvalidCustomFields,
          Endpoint.Requirements
        >
      }
    : unknown) &
  (E extends { readonly batched: (input: never) => unknown }
    ? {
        readonly batched: (
          input: Endpoint.Input<E>
        ) => Effect.Effect<
          WithOutput<Endpoint.Output<E>, D>,
          PipedriveError | InvalidCustomFields,
          Endpoint.Requirements
        >
        readonly many: (
          input: ManyInput<Endpoint.Input<E>>
        ) => Effect.Effect<
          ReadonlyArray<
            Maybe.Option<WithOutput<Endpoint.Output<E>, D> extends { readonly data: infer Item } ? Item : never>
          >,
          PipedriveError | InvalidCustomFields,
          Endpoint.Requirements
        >
      }
    : unknown)

/**
 * Any endpoint that is called with its input.
 *
 * @since 0.1.0
 * @category models
 */
export type Callable = Endpoint.Any & ((input: never) => Effect.Effect<unknown, PipedriveError, Endpoint.Requirements>)

/**
 * Makes an endpoint know custom fields by name: what it answers has them as `fields`, beside all that it had before, and where it
 * writes custom fields, `fields` of its input has them. Nothing is sent when they are wrong.
 *
 * @example
 * ```ts
 * import { CustomFields } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const dealFields = CustomFields.define({
 *   size: CustomFields.enum("c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708", { small: 12, large: 34 })
 * })
 * const getDeal = CustomFields.withFields(Deals.get, dealFields)
 * const updateDeal = CustomFields.withFields(Deals.update, dealFields)
 *
 * const grow = Effect.gen(function* () {
 *   const { data: deal } = yield* getDeal({ id: 42 })
 *   if (deal.fields.size === "small") yield* updateDeal({ id: 42, fields: { size: "large" } })
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withFields: {
  <F extends Fields>(fields: CustomFields<F>): <E extends Callable>(endpoint: E) => Bound<E, CustomFields<F>>
  <E extends Callable, F extends Fields>(endpoint: E, fields: CustomFields<F>): Bound<E, CustomFields<F>>
} = /*#__PURE__*/ dual(2, (endpoint: Callable, fields: CustomFields<Fields>) => Bind.make(endpoint, fields[TypeId]))

type RecordOperation = "add" | "get" | "list" | "listArchived" | "update"

/**
 * A module of records: `Deals`, `Persons`, `Organizations`, `Products`, `Leads`, ..., of v2, v1 or `effect-pipedrive/current`.
 *
 * @since 0.1.0
 * @category models
 */
export type RecordModule = { readonly [K in RecordOperation]?: Callable }

/**
 * A module whose `add`, `get`, `list`, `listArchived` and `update` know custom fields by name.
 *
 * @since 0.1.0
 * @category models
 */
export type BoundModule<M, D> = {
  readonly [K in keyof M]: K extends RecordOperation ? (M[K] extends Callable ? Bound<M[K], D> : M[K]) : M[K]
}

/**
 * Makes a whole module know custom fields by name: its `add`, `get`, `list`, `listArchived` and `update` as {@link withFields} does,
 * the rest stays as it is. `Upsert` takes such a module too.
 *
 * @example
 * ```ts
 * import { CustomFields } from "effect-pipedrive"
 * import * as Upsert from "effect-pipedrive/Upsert"
 * import { Deals } from "effect-pipedrive/v2"
 *
 * const dealFields = CustomFields.define({
 *   size: CustomFields.enum("c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708", { small: 12, large: 34 })
 * })
 *
 * const deals = CustomFields.module(Deals, dealFields)
 *
 * const program = Upsert.findOrAdd(deals, {
 *   by: { title: "Forty desks" },
 *   add: { title: "Forty desks", fields: { size: "large" } }
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const module: {
  <F extends Fields>(fields: CustomFields<F>): <M extends RecordModule>(module: M) => BoundModule<M, CustomFields<F>>
  <M extends RecordModule, F extends Fields>(module: M, fields: CustomFields<F>): BoundModule<M, CustomFields<F>>
} = /*#__PURE__*/ dual(2, (endpoints: object, fields: CustomFields<Fields>) => Bind.makeAll(endpoints, fields[TypeId]))

// -----------------------------------------------------------------------------
// fields of an account, at run time
// -----------------------------------------------------------------------------

/**
 * An option of a field as an account has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountOption {
  readonly id: number
  readonly label: string
}

/**
 * A custom field as an account has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountField {
  /** 40 hexadecimal characters. */
  readonly key: string
  /** Pipedrive's name for it, which others may have, too; empty where it has none. */
  readonly name: string
  readonly type: FieldType | (string & {})
  readonly description: string | undefined
  /** By their ids. */
  readonly options: ReadonlyArray<AccountOption>
  /** What v1 tells of options that were deleted. */
  readonly deletedOptions: ReadonlyArray<AccountOption>
}

/**
 * A row of a field list, of v2 or of v1.
 *
 * @since 0.1.0
 * @category models
 */
export type FieldRow =
  | { readonly field_code: string; readonly field_name: string; readonly is_custom_field: boolean }
  | { readonly key?: string; readonly field_type?: string; readonly edit_flag?: boolean }

/**
 * A module of field lists: `DealFields`, `PersonFields`, `OrganizationFields`, `ProductFields`, ..., of v2 or of v1.
 *
 * @since 0.1.0
 * @category models
 */
export interface FieldModule {
  readonly list: Endpoint.Any & {
    readonly stream: () => Stream.Stream<FieldRow, PipedriveError, Endpoint.Requirements>
  }
}

/**
 * Options of {@link load}.
 *
 * @since 0.1.0
 * @category models
 */
export interface LoadOptions {
  /** How long a list that was read is kept. @default "5 minutes" */
  readonly timeToLive?: Duration.DurationInput | undefined
}

/**
 * A definition whose fields are known at run time alone. Values are checked then.
 *
 * @since 0.1.0
 * @category models
 */
export type Dynamic<Name extends string = string> = CustomFields<{
  readonly [K in Name]: CustomField<unknown, unknown>
}>

/**
 * The custom fields of an entity, as the account has them that asks. What is asked for and not found is looked for in a new
 * list, once, before it fails.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountFields {
  /** Every custom field, in Pipedrive's order. */
  readonly all: Effect.Effect<ReadonlyArray<AccountField>, PipedriveError, Endpoint.Requirements>
  /** The field with that key. */
  readonly byKey: (
    key: string
  ) => Effect.Effect<AccountField, UnknownCustomField | PipedriveError, Endpoint.Requirements>
  /** The field with that name. Letters may be large or small, where that leaves no doubt. */
  readonly byName: (
    name: string
  ) => Effect.Effect<AccountField, UnknownCustomField | AmbiguousCustomField | PipedriveError, Endpoint.Requirements>
  /** The option with that label or id, of the field with that name or key. */
  readonly option: (
    field: string,
    labelOrId: string | number
  ) => Effect.Effect<
    AccountOption,
    UnknownCustomField | AmbiguousCustomField | UnknownCustomFieldOption | PipedriveError,
    Endpoint.Requirements
  >
  /**
   * Every field under its name, for {@link decode}, {@link withFields} and the others. Fields that share a name, and those
   * without one, are under their keys.
   */
  readonly definition: Effect.Effect<Dynamic, PipedriveError, Endpoint.Requirements>
  /** The same, of the fields with these names or keys alone, under what they were asked for by. */
  readonly pick: <const Name extends string>(
    ...names: ReadonlyArray<Name>
  ) => Effect.Effect<
    Dynamic<Name>,
    UnknownCustomField | AmbiguousCustomField | InvalidCustomFields | PipedriveError,
    Endpoint.Requirements
  >
  /** Reads the list anew. */
  readonly reload: Effect.Effect<ReadonlyArray<AccountField>, PipedriveError, Endpoint.Requirements>
}

const loadNames: Names<LoadOptions> = { timeToLive: true }

const dynamic = (definitions: Readonly<Record<string, Forms.Definition>>): Dynamic => {
  const fields: Record<string, CustomField<unknown, unknown>> = {}
  for (const [name, one] of Object.entries(definitions)) {
    const value = { [TypeId]: variance, ...one }
    // assigned, `__proto__` would be no key
    Object.defineProperty(fields, name, { value, enumerable: true })
  }
  return define(fields)
}

/**
 * The custom fields that an account has, by their names, where no code was generated for them. Leads have those of deals.
 *
 * Nothing is read before the first question. Then the whole list is read, all pages, and kept for `timeToLive`, for each
 * credential on its own: one of these serves all accounts of a program.
 *
 * @example
 * ```ts
 * import { CustomFields } from "effect-pipedrive"
 * import { DealFields, Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const dealFields = yield* CustomFields.load(DealFields, { timeToLive: "10 minutes" })
 *   const { key, options } = yield* dealFields.byName("How they found us")
 *   const updateDeal = CustomFields.withFields(Deals.update, yield* dealFields.definition)
 *   yield* updateDeal({ id: 42, fields: { "How they found us": "Referral" } })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const load = (module: FieldModule, options?: LoadOptions): Effect.Effect<AccountFields> =>
  Effect.sync(() => {
    const loaded = Load.make(module, options, loadNames)
    const made = new WeakMap<Account.Snapshot, Dynamic>()
    const fields = (snapshot: Account.Snapshot): ReadonlyArray<AccountField> => snapshot.fields
    return {
      all: Effect.map(loaded.snapshot, fields),
      byKey: loaded.byKey,
      byName: loaded.byName,
      option: loaded.option,
      definition: Effect.map(loaded.snapshot, (snapshot) => {
        const known = made.get(snapshot) ?? dynamic(Account.definitions(snapshot))
        made.set(snapshot, known)
        return known
      }),
      pick: <Name extends string>(...names: ReadonlyArray<Name>) =>
        Effect.flatMap(
          Effect.forEach(names, (name) => Effect.map(loaded.byNameOrKey(name), (field) => [name, field] as const)),
          (picked) => {
            const issues: Array<Issue> = []
            const definitions: Array<readonly [Name, Forms.Definition]> = []
            for (const [name, field] of picked) {
              if (Account.isKnown(field)) definitions.push([name, Account.definition(field)])
              else issues.push({ path: [name], message: `is of a type that is not known: ${field.type}` })
            }
            return issues.length > 0
              ? Effect.fail(unreadable(issues))
              : // there is a definition for each of the names
                Effect.succeed(dynamic(Object.fromEntries(definitions)) as Dynamic<Name>)
          }
        ),
      reload: Effect.map(loaded.reload, fields)
    }
  })
