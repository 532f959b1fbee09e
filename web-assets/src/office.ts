// The office's script: keys, palette, autosave, uploads, confirmation. Every form also works without it.
import { autosave } from "./office/autosave";
import { bulk } from "./office/bulk";
import { confirmations } from "./office/confirm";
import { dates } from "./office/dates";
import { dialogs } from "./office/dialogs";
import { folds } from "./office/fold";
import { keys } from "./office/keys";
import { live } from "./office/live";
import { limits } from "./office/limits";
import { oneLine } from "./office/oneline";
import { palette } from "./office/palette";
import { session } from "./office/session";
import { uploads } from "./office/upload";

dialogs();
folds();
keys();
live();
limits();
palette();
confirmations();
autosave();
uploads();
bulk();
dates();
oneLine();
session();
