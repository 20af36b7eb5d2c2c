/**
 * The operations that use the stored data. Other endpoints respond with samples of their Schema.
 */
import type { Handlers } from "../http/call.js"
import { callLogAndGoalHandlers } from "./callLogsAndGoals.js"
import { coreHandlers } from "./core.js"
import { dealProductHandlers } from "./dealProducts.js"
import { fieldHandlers } from "./fields.js"
import { fileHandlers } from "./files.js"
import { historyHandlers } from "./history.js"
import { leadNoteUserHandlers } from "./leadsNotesUsers.js"
import { lifecycleHandlers } from "./lifecycle.js"
import { permissionHandlers } from "./permissions.js"
import { projectHandlers } from "./projects.js"
import { relationHandlers } from "./relations.js"
import { roleHandlers } from "./roles.js"
import { searchHandlers } from "./search.js"
import { settingHandlers } from "./settings.js"
import { statisticsHandlers } from "./statistics.js"

/** Handlers by version and official name. */
export const handlers: Handlers = {
  ...coreHandlers,
  ...leadNoteUserHandlers,
  ...searchHandlers,
  ...fieldHandlers,
  ...dealProductHandlers,
  ...relationHandlers,
  ...historyHandlers,
  ...lifecycleHandlers,
  ...projectHandlers,
  ...fileHandlers,
  ...settingHandlers,
  ...statisticsHandlers,
  ...callLogAndGoalHandlers,
  ...roleHandlers,
  ...permissionHandlers
}
