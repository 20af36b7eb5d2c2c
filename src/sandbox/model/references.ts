/**
 * The short forms in which v1 shows an entity inside another.
 */
import { isRecord, list, num, numOrNull, text, textOrNull, type View, v1Time } from "./view.js"
import { get, type Row, type World, where } from "./world.js"

/** The company's address for mail copies. */
export const smartBccAddress = (world: World, suffix = ""): string =>
  `${world.company.domain}${suffix}@pipedrivemail.com`

/** Rows of another table that refer to this one and are not deleted. */
export const liveRowsWhere = (world: World, table: string, field: string, id: unknown): ReadonlyArray<Row> => {
  const found = where(world, table, field, id)
  return found.length === 0 ? found : found.filter((row) => row.is_deleted !== true)
}

const userSummary = (row: Row): Readonly<Record<string, unknown>> => ({
  id: row.id,
  name: row.name,
  email: row.email,
  has_pic: 0,
  pic_hash: null,
  active_flag: row.active_flag
})

/** A user, as `related_objects` has it. */
export const user = (id: unknown, view: View): Readonly<Record<string, unknown>> | null => {
  const row = get(view.world, "user", id)
  return row === undefined ? null : userSummary(row)
}

/** A user, as a field that refers to one. */
export const userReference = (id: unknown, view: View): unknown => {
  const row = get(view.world, "user", id)
  if (row === undefined) return null
  const known = referenceCache.get(row)
  if (known !== undefined) return known
  const made = { ...userSummary(row), value: id }
  referenceCache.set(row, made)
  return made
}

// a cache of a pure function, not state: the rows of a list share a few users
const referenceCache: WeakMap<Row, Readonly<Record<string, unknown>>> = /*#__PURE__*/ new WeakMap()

const contact = (row: Row, field: string): unknown => {
  const contacts = list(row, field)
  return contacts.length > 0 ? contacts : [{ value: "", primary: true }]
}

const personSummary = (row: Row, view: View): Readonly<Record<string, unknown>> => ({
  active_flag: row.is_deleted !== true,
  name: row.name,
  email: contact(row, "emails"),
  phone: contact(row, "phones"),
  owner_id: row.owner_id,
  company_id: view.world.company.id
})

/** A person, as `related_objects` has it. */
export const person = (id: unknown, view: View): unknown => {
  const row = get(view.world, "person", id)
  return row === undefined ? null : { ...personSummary(row, view), id: row.id }
}

/** A person, as a field that refers to one: it has no `id`, but a `value`. */
export const personReference = (id: unknown, view: View): unknown => {
  const row = get(view.world, "person", id)
  return row === undefined ? null : { ...personSummary(row, view), value: row.id }
}

/** A person beside an activity. */
export const personOfActivity = (id: unknown, view: View): unknown => {
  const row = get(view.world, "person", id)
  return row === undefined
    ? null
    : {
        id: row.id,
        name: row.name,
        email: contact(row, "emails"),
        phone: contact(row, "phones"),
        owner_id: row.owner_id
      }
}

/** The text of an address field. */
export const addressText = (row: Row | undefined, field: string): string | null => {
  const address = row?.[field]
  return isRecord(address) && typeof address.value === "string" ? address.value : null
}

const organizationSummary = (row: Row, view: View): Readonly<Record<string, unknown>> => ({
  name: row.name,
  people_count: liveRowsWhere(view.world, "person", "org_id", row.id).length,
  owner_id: row.owner_id,
  address: addressText(row, "address"),
  label_ids: list(row, "label_ids"),
  active_flag: row.is_deleted !== true,
  cc_email: smartBccAddress(view.world),
  owner_name: text(get(view.world, "user", row.owner_id), "name")
})

/** An organization, as `related_objects` has it. */
export const organization = (id: unknown, view: View): unknown => {
  const row = get(view.world, "organization", id)
  return row === undefined ? null : { id: row.id, ...organizationSummary(row, view) }
}

/** An organization, as a field that refers to one. */
export const organizationReference = (id: unknown, view: View): unknown => {
  const row = get(view.world, "organization", id)
  return row === undefined ? null : { ...organizationSummary(row, view), value: row.id }
}

/** An organization beside an activity. */
export const organizationOfActivity = (id: unknown, view: View): unknown => {
  const row = get(view.world, "organization", id)
  if (row === undefined) return null
  const { active_flag: _a, label_ids: _l, owner_name: _o, ...core } = organizationSummary(row, view)
  return { id: row.id, ...core }
}

/** The URLs of a picture's two sizes. */
export const pictureUrls = (id: unknown, view: View): Readonly<Record<string, string>> => ({
  "128": `${view.origin}/pictures/${String(id)}_128.jpg`,
  "512": `${view.origin}/pictures/${String(id)}_512.jpg`
})

/** A person's picture, as a field that refers to one. */
export const pictureReference = (id: unknown, view: View): unknown => {
  const row = get(view.world, "picture", id)
  return row === undefined
    ? null
    : {
        item_type: row.item_type,
        item_id: row.item_id,
        active_flag: true,
        add_time: v1Time(text(row, "add_time")),
        update_time: "0000-00-00 00:00:00",
        added_by_user_id: row.added_by_user_id,
        pictures: pictureUrls(id, view),
        value: id
      }
}

/** A pipeline, as v1 has it. */
export const pipeline = (id: unknown, view: View): unknown => {
  const row = get(view.world, "pipeline", id)
  return row === undefined
    ? null
    : {
        id: row.id,
        name: row.name,
        url_title: row.url_title,
        order_nr: row.order_nr,
        active: row.is_deleted !== true,
        deal_probability: row.is_deal_probability_enabled,
        add_time: v1Time(text(row, "add_time")),
        update_time: row.update_time === null ? null : v1Time(text(row, "update_time"))
      }
}

/** A stage, as v1 has it. */
export const stage = (id: unknown, view: View): unknown => {
  const row = get(view.world, "stage", id)
  if (row === undefined) return null
  const pipelineRow = get(view.world, "pipeline", row.pipeline_id)
  return {
    id: row.id,
    order_nr: row.order_nr,
    name: row.name,
    active_flag: row.is_deleted !== true,
    deal_probability: row.deal_probability,
    pipeline_id: row.pipeline_id,
    rotten_flag: row.is_deal_rot_enabled,
    rotten_days: row.days_to_rotten,
    add_time: v1Time(text(row, "add_time")),
    update_time: row.update_time === null ? null : v1Time(text(row, "update_time")),
    pipeline_name: text(pipelineRow, "name"),
    pipeline_deal_probability: pipelineRow?.is_deal_probability_enabled === true
  }
}

/** A deal beside an activity. */
export const dealOfActivity = (id: unknown, view: View): unknown => {
  const row = get(view.world, "deal", id)
  return row === undefined
    ? null
    : {
        id: row.id,
        title: row.title,
        status: row.status,
        value: row.value,
        currency: row.currency,
        stage_id: row.stage_id,
        pipeline_id: row.pipeline_id,
        user_id: row.owner_id,
        is_archived: row.is_archived,
        archive_time: row.archive_time
      }
}

// -----------------------------------------------------------------------------
// activities of an entity
// -----------------------------------------------------------------------------

/** When an activity is due, in a form that sorts. */
export const dueAt = (row: Row): string => `${text(row, "due_date")} ${text(row, "due_time") || "99"}`

/** The next open activity of an entity. */
export const nextActivity = (view: View, field: string, id: unknown): Row | undefined => {
  let next: Row | undefined
  for (const row of liveRowsWhere(view.world, "activity", field, id)) {
    if (row.done !== true && (next === undefined || dueAt(row) < dueAt(next))) next = row
  }
  return next
}

/** The last done activity of an entity. */
export const lastActivity = (view: View, field: string, id: unknown): Row | undefined => {
  let last: Row | undefined
  for (const row of liveRowsWhere(view.world, "activity", field, id)) {
    if (row.done === true && (last === undefined || dueAt(row) > dueAt(last))) last = row
  }
  return last
}

// -----------------------------------------------------------------------------
// money
// -----------------------------------------------------------------------------

const symbols: Readonly<Record<string, string>> = { USD: "$", EUR: "€", GBP: "£", SEK: "kr", JPY: "¥" }

/** `$25,000`, `€99.50`: money as v1 formats it. */
export const formatMoney = (amount: unknown, currency: unknown): string => {
  const value = typeof amount === "number" ? amount : 0
  const code = typeof currency === "string" ? currency : ""
  const [whole = "0", fraction] = String(Math.round(Math.abs(value) * 100) / 100).split(".")
  const grouped = whole.length < 4 ? whole : whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction.padEnd(2, "0")}`
  const symbol = symbols[code]
  return `${value < 0 ? "-" : ""}${symbol === undefined ? `${code} ` : symbol}${digits}`
}

/** The weighted value of a deal. */
export const weightedValue = (row: Row, view: View): number => {
  const pipelineRow = get(view.world, "pipeline", row.pipeline_id)
  if (pipelineRow?.is_deal_probability_enabled !== true) return num(row, "value")
  const probability =
    numOrNull(row, "probability") ?? numOrNull(get(view.world, "stage", row.stage_id), "deal_probability") ?? 100
  return Math.round(num(row, "value") * probability) / 100
}

/** The name of the entity that a field refers to. */
export const nameOf =
  (table: string, field: string, naming = "name") =>
  (row: Row, view: View): string | null =>
    textOrNull(get(view.world, table, row[field]), naming)
