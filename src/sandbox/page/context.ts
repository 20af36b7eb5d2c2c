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
  readonly paths: Paths
  /** Where there are several companies: the page of all, and each company's. */
  readonly companies: ReadonlyArray<Company>
  /** How often the data was changed from a page. */
  changes: number
  /** What was said last, by a number that its page is asked for with. */
  said: { readonly number: number; readonly message: Message } | undefined
}

/** Whether the page is that of all companies: requests of no company are all that there is of its own. */
export const isFront = ({ internals }: Page): boolean => internals.oauth.choices !== undefined

/** A link to the page of a company, or of all. */
export interface Company {
  readonly title: string
  readonly path: string
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
export type Paths = ReturnType<typeof pathsBelow>

/** The paths of the pages of a sandbox: `base` is where the others are, `home` the first one. */
export const pathsBelow = (base: string, home: string) => ({
  requests: home,
  request: `${base}/requests`,
  data: `${base}/data`,
  board: `${base}/board`,
  webhooks: `${base}/webhooks`,
  controls: `${base}/controls`,
  script: `${base}/page.js`,
  style: `${base}/page.css`,
  snapshot: `${base}/snapshot.json`,
  clearRequests: `${base}/requests/clear`,
  send: `${base}/webhooks/send`,
  addFault: `${base}/faults/add`,
  removeFault: `${base}/faults/remove`,
  advance: `${base}/clock/advance`,
  reset: `${base}/reset`,
  restore: `${base}/restore`
})

/** The paths where there is one sandbox. */
export const alone: Paths = pathsBelow(root, "/")

/** The paths of one of several companies. */
export const pathsOf = (name: string): Paths => pathsBelow(`${root}/${name}`, `${root}/${name}`)
