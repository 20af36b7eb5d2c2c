/**
 * What has changed in an account since a module was written, in its fields' own names.
 */
import type { Defined, Definitions } from "./definitions.js"
import { exportOf } from "./entities.js"

const named = ({ id, title }: Defined): string => `${title} (\`${id}\`)`

const optionChanges = (before: Defined, now: Defined): ReadonlyArray<string> => {
  const old = new Map((before.options ?? []).map(([label, id]) => [id, label]))
  const current = new Map((now.options ?? []).map(([label, id]) => [id, label]))
  const text = (label: string) => JSON.stringify(label)
  return [
    ...Array.from(old).flatMap(([id, label]) => {
      const next = current.get(id)
      if (next === undefined) return [`option ${text(label)} (${id}) is gone`]
      return next === label ? [] : [`option ${text(label)} (${id}) is called ${text(next)} now`]
    }),
    ...Array.from(current).flatMap(([id, label]) => (old.has(id) ? [] : [`option ${text(label)} (${id}) is new`]))
  ]
}

const changes = (before: Defined, now: Defined): ReadonlyArray<string> => {
  const name = named(now)
  const code = before.id === now.id ? `\`${now.id}\`` : `\`${now.id}\`, was \`${before.id}\``
  return [
    ...(before.title !== now.title
      ? [`${before.title} is called ${now.title} now (${code})`]
      : before.id !== now.id
        ? [`${now.title} has another name in code (${code})`]
        : []),
    ...(before.type === now.type
      ? optionChanges(before, now).map((change) => `${name}: ${change}`)
      : [`${name}: is of type ${now.type}, was ${before.type}`])
  ]
}

const entityChanges = (before: Definitions, now: Definitions): ReadonlyArray<string> => {
  const old = new Map(before.fields.map((field) => [field.key, field]))
  const current = new Set(now.fields.map((field) => field.key))
  const gone = before.fields
    .filter(({ key }) => !current.has(key))
    .map((field) => `  - ${named(field)}, ${field.type}, is gone`)
  const other = now.fields.flatMap((field) => {
    const known = old.get(field.key)
    if (known === undefined) return [`  + ${named(field)}, ${field.type}, is new`]
    return changes(known, field).map((change) => `  ~ ${change}`)
  })
  return [...gone, ...other]
}

/** Lines that tell what differs; none where nothing does. */
export const drift = (file: ReadonlyArray<Definitions>, account: ReadonlyArray<Definitions>): ReadonlyArray<string> =>
  account.flatMap((now) => {
    const before = file.find(({ entity }) => entity === now.entity)
    if (before === undefined) return [`${exportOf(now.entity)}: is not in the file`]
    const lines = entityChanges(before, now)
    return lines.length === 0 ? [] : [`${exportOf(now.entity)}:`, ...lines]
  })
