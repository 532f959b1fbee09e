// The editor: a textarea[data-editor] becomes a writing surface that looks as published.
import { upgrade } from "./editor/upgrade";

for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-editor]")) upgrade(area);
