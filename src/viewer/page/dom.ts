// Making elements in one expression.

type Props = Readonly<Record<string, string | ((event: never) => void)>>;

/** An element; `on…` properties are listeners, all others attributes. Children are elements or text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value as unknown as EventListener);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
