// Tests have their texts before they begin, as pages have.

import { loadTexts } from ".";

await Promise.all([loadTexts("shared"), loadTexts("member")]);
