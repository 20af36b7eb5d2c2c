/**
 * What the pages of a served sandbox know.
 */
import type * as faults from "../http/faults.js"
import type { Internals } from "../http/handler.js"
import type { Service, Snapshot } from "../index.js"
import type { Html } from "./html.js"

/** A sandbox and its state at the start, to go back to. */
export interface Page {
  readonly internals: Internals
  readonly service: Service
  readonly initial: Snapshot
  readonly initialFaults: ReadonlyArray<faults.Fault>
  /** How often the data was changed from a page. */
  changes: number
  /** What was said last, by a number that its page is asked for with. */
  said: { readonly number: number; readonly message: Message } | undefined
}

/** What is said at the top of a page after an action. */
export interface Message {
  readonly text: string
  readonly bad?: boolean
}

/** A page's own part of the document. */
export interface View {
  readonly title: string
  /** The path of its entry in the navigation. */
  readonly path: string
  readonly content: Html
}

/** Below this path are the sandbox's own pages; Pipedrive has nothing there. */
export const root = "/_sandbox"

/** The paths of the pages. */
export const paths = {
  requests: "/",
  data: `${root}/data`,
  board: `${root}/board`,
  webhooks: `${root}/webhooks`,
  controls: `${root}/controls`,
  script: `${root}/page.js`,
  style: `${root}/page.css`,
  snapshot: `${root}/snapshot.json`,
  clearRequests: `${root}/requests/clear`,
  send: `${root}/webhooks/send`,
  addFault: `${root}/faults/add`,
  removeFault: `${root}/faults/remove`,
  advance: `${root}/clock/advance`,
  reset: `${root}/reset`,
  restore: `${root}/restore`
} as const
