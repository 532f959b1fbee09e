// The one way from a string to a document. The document is inert: no script of it runs, no picture of it loads; what
// is taken out of it goes through the editor's schema or is read as text. The content security policy asks for
// Trusted Types, so that a string cannot become a living page anywhere else.

interface Policy {
  createHTML(html: string): unknown;
}

// Both bundles of a page share the policy: its name is allowed once.
const KEY = Symbol.for("gongkai.inert");

function policy(): Policy | null {
  const place = globalThis as unknown as Record<symbol, Policy | undefined>;
  const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
  if (!types) return null;
  return (place[KEY] ??= types.createPolicy("inert", { createHTML: (html) => html }));
}

export function parse(html: string): Document {
  const trusted = policy()?.createHTML(html) ?? html;
  return new DOMParser().parseFromString(trusted as string, "text/html");
}
