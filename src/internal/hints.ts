/**
 * What was probably meant by a key that an endpoint does not know.
 */

/** v1 names, and what v2 calls them. */
const renamed: Readonly<Record<string, ReadonlyArray<string>>> = {
  user_id: ["owner_id"],
  label: ["label_ids"],
  email: ["emails"],
  phone: ["phones"],
  im: ["ims"],
  ims: ["im"],
  active_flag: ["is_deleted"],
  busy_flag: ["busy"],
  rotten_flag: ["is_deal_rot_enabled"],
  rotten_days: ["days_to_rotten"],
  deal_probability_enabled: ["is_deal_probability_enabled"],
  selectable: ["is_linkable"],
  overhead_cost: ["direct_cost"],
  organization_id: ["org_id"],
  organisation_id: ["org_id"],
  org_id: ["organization_id"],
  start: ["cursor"],
  since: ["updated_since"],
  field_type: ["entity_type"],
  field_key: ["field", "field_code"],
  exact_match: ["match"],
  key: ["field_code"],
  name: ["field_name"],
  sort: ["sort_by"],
  type: ["field_type"],
  owner: ["owner_id"],
  person: ["person_id"],
  stage: ["stage_id"],
  pipeline: ["pipeline_id"],
  deal: ["deal_id"]
}

/** @internal */
export const customFieldKey = /^[0-9a-f]{40}(_[a-z0-9_]+)?$/

const snake = (key: string): string => key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase()

/** Edit distance, at most 3: more is no misspelling. */
const distance = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > 2) return 3
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      current[j] = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      )
    }
    previous = current
  }
  return Math.min(previous[b.length] ?? 3, 3)
}

/** @internal */
export const forKey = (key: string, known: ReadonlyArray<string>): string | undefined => {
  if (customFieldKey.test(key)) {
    return known.includes("custom_fields")
      ? "a custom field: put it under custom_fields"
      : "a custom field, which this endpoint does not take"
  }
  if (/^[A-Z]\w*Request\w*$/.test(key)) {
    return "the official client's wrapper of the body: give its fields directly, beside the others"
  }
  const other = renamed[key]?.find((name) => known.includes(name))
  if (other !== undefined) return `the name here is ${other}`
  if (known.includes(snake(key))) return `the name is ${snake(key)}`
  const near = known.find((name) => distance(key, name) <= (key.length > 5 ? 2 : 1))
  return near === undefined ? undefined : `did you mean ${near}?`
}
