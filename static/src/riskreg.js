// Improves pages that work without it: error summaries take the focus, counted fields count, menus fold.
import { initAll, isSupported } from "./govuk-frontend.min.js";

// Set here rather than by an inline script, so that the page needs none.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

if (isSupported()) {
  initAll();
}
