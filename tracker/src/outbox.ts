/*
 * Delivery. Events leave in the order in which they happened, one at a time, and stay here until the server has
 * answered for them: an event that fails is sent again, unchanged, with the next one. The server knows it by its id.
 */
import { endpoint } from "./options";

/** Kept at most: someone offline for hours must not fill their memory. The oldest stay, they open the visit. */
export const CAPACITY = 20;

interface Outbox extends Map<string, true | undefined> {
  set(body: string, isOnItsWay?: true): this;
}

/** Bodies not answered for yet; `true` while one is on its way. */
export const outbox: Outbox = new Map();

/** The page may go at any moment: nothing waits for an answer. */
export let isHidden: boolean;
export const lookWhether = (eventType: string | undefined): void => {
  // "pagehide", "hidden", or prerendering, whose requests would be taken for what they are and not counted.
  isHidden = /hid|true/.test(eventType + document.visibilityState + document.prerendering);
};

export const deliver = (): void => {
  for (const [body, isOnItsWay] of outbox) {
    if (!isOnItsWay) {
      outbox.set(body, true);
      const done = ({ status }: { status?: number | boolean }): void => {
        // No status is a network error. That, 429 and 5xx may pass; whatever else is refused would be again.
        if (status && (status as number) < 429) {
          outbox.delete(body);
          deliver();
        } else {
          outbox.set(body);
        }
      };
      // Bodies of text need no preflight. What a browser lacks throws, and the next way is taken.
      try {
        fetch(endpoint, { method: "POST", body, keepalive: true }).then(done, done);
      } catch {
        try {
          done({ status: navigator.sendBeacon(endpoint, body) });
        } catch (request) {
          // biome-ignore lint/suspicious/noCatchAssign: a name that is there already is smaller than another one
          request = new XMLHttpRequest();
          (request as XMLHttpRequest).open("POST", endpoint);
          (request as XMLHttpRequest).onloadend = () => done(request as XMLHttpRequest);
          (request as XMLHttpRequest).send(body);
        }
      }
    }
    if (!isHidden) return;
  }
};
