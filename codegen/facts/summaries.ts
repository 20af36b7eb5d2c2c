/**
 * What an operation does and what a caller must know, for every operation that is more than a plain list, get, add,
 * update or delete of its module's own noun. Ours: facts come from Pipedrive, sentences do not.
 */
import { v1 } from "./summaries/v1.js"
import { v2 } from "./summaries/v2.js"

export const summaries: Record<string, string> = { ...v1, ...v2 }
