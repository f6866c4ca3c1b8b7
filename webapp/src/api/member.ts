// The typed client that carries the login of this browser.

import { createApiClient } from "./http";
import { auth } from "./session";

export const client = createApiClient((request) => auth.fetch(request));
