/**
 * The operations that work on the world. The others are answered from their Schema.
 */
import type { Handlers } from "../http/call.js"
import { offices } from "./callLogsAndGoals.js"
import { core } from "./core.js"
import { lineOperations } from "./dealProducts.js"
import { fields } from "./fields.js"
import { files } from "./files.js"
import { histories } from "./history.js"
import { people } from "./leadsNotesUsers.js"
import { lifecycle } from "./lifecycle.js"
import { permissionOperations } from "./permissions.js"
import { projects } from "./projects.js"
import { relations } from "./relations.js"
import { roles } from "./roles.js"
import { search } from "./search.js"
import { settings } from "./settings.js"
import { statistics } from "./statistics.js"

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
