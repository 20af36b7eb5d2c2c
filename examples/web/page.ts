/**
 * The three pages of the web examples. What comes from Pipedrive is text to escape; no page ever gets a token.
 */
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? character)

/** For every page: nothing is kept by caches, nothing foreign is loaded, nobody frames it. */
export const headers: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer"
}

const page = (title: string, body: string): string => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title></head>
<body><h1>${escape(title)}</h1>
${body}
</body>
</html>
`

export const signedOut = (message = "Sign in to see your deals."): string =>
  page("Deals", `<p id="message">${escape(message)}</p><p><a id="login" href="/login">Sign in with Pipedrive</a></p>`)

export const signedIn = (name: string, deals: ReadonlyArray<string>): string =>
  page(
    "Deals",
    `<p>You are <b id="name">${escape(name)}</b>.</p>
<ul id="deals">${deals.map((deal) => `<li>${escape(deal)}</li>`).join("")}</ul>
<form method="post" action="/logout"><button id="logout">Sign out and take this app off</button></form>`
  )

export const failed = (message: string): string =>
  page("That did not work", `<p id="message">${escape(message)}</p><p><a href="/">Try again</a></p>`)
