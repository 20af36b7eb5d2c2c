/**
 * Webhooks, which only v1 has.
 */
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import type { View } from "../model/view.js"
import * as common from "./common.js"

const caller = (view: View) => view.caller.id

/** A webhook. */
export const webhook: Entity = {
  name: "webhook",
  label: "Webhook",
  fields: {
    id: common.id,
    company_id: { kind: kinds.integer, initial: (view) => view.world.company.id, readOnly: true },
    owner_id: { kind: kinds.integer, initial: caller, readOnly: true },
    user_id: { kind: kinds.integer, initial: caller },
    event_action: { kind: kinds.text },
    event_object: { kind: kinds.text },
    subscription_url: { kind: kinds.text },
    version: { kind: kinds.choice("1.0", "2.0"), initial: () => "2.0", cleared: "2.0" },
    is_active: { kind: kinds.bit, initial: () => true, readOnly: true },
    add_time: { kind: kinds.exactTime, initial: (view) => view.now, readOnly: true },
    remove_time: { kind: kinds.exactTime, readOnly: true },
    type: { kind: kinds.text, initial: (view) => (view.app === undefined ? "general" : "application"), readOnly: true },
    http_auth_user: common.plainText,
    http_auth_password: common.plainText,
    remove_reason: { kind: kinds.text, readOnly: true },
    last_delivery_time: { kind: kinds.exactTime, readOnly: true },
    last_http_status: { kind: kinds.integer, readOnly: true },
    admin_id: { kind: kinds.integer, initial: caller, readOnly: true },
    name: { kind: kinds.text }
  },
  hardDelete: true
}
