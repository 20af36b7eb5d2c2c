/**
 * The operations that work on the world. The others are answered from their Schema.
 */
import type { Handlers } from "./call.js"
import { core } from "./operations/core.js"
import { fields } from "./operations/fields.js"
import { files } from "./operations/files.js"
import { histories } from "./operations/history.js"
import { lifecycle } from "./operations/lifecycle.js"
import { lineOperations } from "./operations/lines.js"
import { offices } from "./operations/office.js"
import { people } from "./operations/people.js"
import { permissionOperations } from "./operations/permissions.js"
import { projects } from "./operations/projects.js"
import { relations } from "./operations/relations.js"
import { roles } from "./operations/roles.js"
import { search } from "./operations/search.js"
import { settings } from "./operations/settings.js"
import { statistics } from "./operations/statistics.js"

/** Handlers by version and official name. */
export const handlers: Handlers = {
  ...core,
  ...people,
  ...search,
  ...fields,
  ...lineOperations,
  ...relations,
  ...histories,
  ...lifecycle,
  ...projects,
  ...files,
  ...settings,
  ...statistics,
  ...offices,
  ...roles,
  ...permissionOperations
}
