/**
 * The page on which a user allows or denies access to an app.
 */

import { text } from "../model/view.js"
import type { Row } from "../model/world.js"
import type { App } from "./server.js"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** Escapes text for HTML. */
export const escape = (value: string): string =>
  value.replace(/[&<>"']/g, (character) => entities[character] ?? character)

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 12vh auto; padding: 0 1rem; color: #21232c }
  h1 { font-size: 1.4rem } ul { padding-left: 1.2rem } select { font: inherit; padding: .3rem; width: 100% }
  button { font: inherit; padding: .5rem 1.2rem; margin: 1.2rem .6rem 0 0; border: 1px solid #888; border-radius: .3rem }
  button[value=allow] { background: #017737; color: white; border-color: #017737 } small { color: #666 }`

const nameOf = (app: App): string => escape(app.name ?? "Sandbox app")

const documentOf = (title: string, content: string): string => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}
</style></head>
<body>
${content}
<p><small>A sandbox of Pipedrive. Nothing here is real.</small></p>
</body>
</html>
`

/** A company that an app can be installed in. */
export interface Choice {
  /** What the query of its consent page has as `company`. */
  readonly company: string
  readonly title: string
}

/** The page before, where there are several companies. */
export const choicePage = (app: App, choices: ReadonlyArray<Choice>, url: URL): string => {
  const link = ({ company, title }: Choice) => {
    const query = new URLSearchParams(url.searchParams)
    query.set("company", company)
    return `<li><a href="${escape(`${url.pathname}?${query.toString()}`)}">${escape(title)}</a></li>`
  }
  return documentOf(
    `Which company is ${nameOf(app)} for?`,
    `<h1>Which company is ${nameOf(app)} for?</h1>\n<ul>${choices.map(link).join("")}</ul>`
  )
}

/** The page. */
export const consentPage = (
  app: App,
  scopes: ReadonlyArray<string>,
  company: string,
  users: ReadonlyArray<Row>,
  url: URL
): string =>
  documentOf(
    `Allow ${nameOf(app)}?`,
    `<h1>${nameOf(app)} asks to use ${escape(company)}</h1>
<form method="post" action="${escape(`${url.pathname}${url.search}`)}">
<p><label>You are <select name="user_id">${users
      .map((user) => `<option value="${escape(String(user.id))}">${escape(text(user, "name"))}</option>`)
      .join("")}</select></label></p>
<p>It will be able to do all of this, or nothing:</p>
<ul>${scopes.map((scope) => `<li><code>${escape(scope)}</code></li>`).join("")}</ul>
<button name="decision" value="allow">Allow and install</button><button name="decision" value="deny">Cancel</button>
</form>`
  )
