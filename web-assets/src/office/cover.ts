// Areas of a picture that are made black (区分处理): drawn on the picture with mouse, pen or finger, moved and sized
// with the arrow keys, each with its ground. The typed field stays what is sent: what is drawn is written into it, what
// is typed there is drawn. Without scripts the field is all there is.
import { drawn, label, moved, pulled, read, written, WHOLE, type Area, type Corner } from "./area";
import { button, make } from "./dom";

/** What one press of an arrow moves, in hundredths of a percent. */
const STEP = 50;
/** Widths of the picture, in percent of the room that it has. */
const ZOOMS = [100, 150, 200, 300, 400];
/** Changes that can be undone. */
const KEPT = 100;
const CORNERS: Corner[] = ["nw", "ne", "sw", "se"];
const KEYS = "方向键移动，按住 Shift 加方向键改变大小，Delete 删除，Ctrl+Z 撤销";
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** What the pointer is about: a new area, or one that is moved or pulled at a corner. */
interface Drag {
  pointer: number;
  x: number;
  y: number;
  box: HTMLElement;
  from: Area | null;
  index: number;
  corner: Corner | null;
  now: Area | null;
}

function place(box: HTMLElement, { left, top, right, bottom }: Area): void {
  box.style.left = `${left / 100}%`;
  box.style.top = `${top / 100}%`;
  box.style.width = `${(right - left) / 100}%`;
  box.style.height = `${(bottom - top) / 100}%`;
}

const replaced = (areas: Area[], index: number, area: Area): Area[] =>
  areas.map((one, at) => (at === index ? area : one));

class Cover {
  private areas: Area[] = [];
  /** Lines of the field that are no areas. */
  private rest: string[] = [];
  private past: Area[][] = [];
  private zoom = 0;
  private drag: Drag | null = null;
  private readonly stage: HTMLElement;
  private readonly boxes = make("div", { role: "group", "aria-label": "要遮盖的区域" });
  private readonly list = make("ol", { class: "cover-list" });
  private readonly none = make("p", { class: "quiet" }, "还没有区域。在图片上拖出要遮盖的地方，或者按“添加区域”。");
  private readonly told = make("p", { class: "meta", role: "status" });
  private readonly draws = button("画区域", "small", () => this.turn());
  private readonly back = button("撤销", "small", () => this.undo());
  private readonly larger = button("放大", "small", () => this.scale(1));
  private readonly smaller = button("缩小", "small", () => this.scale(-1));
  private readonly add = button("添加区域", "small", () => this.put());

  constructor(
    figure: HTMLElement,
    private readonly view: HTMLElement,
    picture: HTMLImageElement,
    private readonly field: HTMLTextAreaElement,
    private readonly usual: HTMLSelectElement,
  ) {
    picture.draggable = false;
    const keys = make("p", { class: "hint", id: `${field.id}-keys` }, KEYS);
    this.stage = make("div", { class: "cover-stage" });
    picture.replaceWith(this.stage);
    this.stage.append(picture, this.boxes);
    view.tabIndex = 0;
    view.setAttribute("role", "region");
    view.setAttribute("aria-label", "图片，可以滚动");
    const tools = make("div", { class: "row noprint" }, this.add, this.draws, this.back, this.larger, this.smaller);
    figure.prepend(tools, keys);
    figure.append(this.told, make("h2", {}, "要遮盖的区域"), this.none, this.list);
    this.fold();
    this.draw(true);
    this.scale(0);
    this.load();
    this.stage.addEventListener("pointerdown", (event) => this.down(event));
    this.stage.addEventListener("pointermove", (event) => this.move(event));
    this.stage.addEventListener("pointerup", (event) => this.up(event, true));
    this.stage.addEventListener("pointercancel", (event) => this.up(event, false));
    this.boxes.addEventListener("keydown", (event) => this.key(event));
    figure.addEventListener("keydown", (event) => this.undoKey(event));
    field.addEventListener("input", () => {
      if (field.value === written(this.areas, this.rest)) return;
      this.keepPast();
      this.load();
    });
  }

  /** The typed field is folded away, unless something is wrong with it. */
  private fold(): void {
    const holder = this.field.closest<HTMLElement>(".field");
    if (!holder) return;
    const details = make("details", {}, make("summary", {}, "用数字填写区域"));
    details.open = holder.classList.contains("bad") || read(this.field.value).rest.length > 0;
    holder.replaceWith(details);
    details.append(holder);
  }

  private load(): void {
    ({ areas: this.areas, rest: this.rest } = read(this.field.value));
    this.show();
  }

  private keepPast(): void {
    this.past = [...this.past, this.areas].slice(-KEPT);
  }

  /** One change: kept to be undone, written into the field, shown, and told. */
  private change(areas: Area[], words: string, focus = -1): void {
    this.keepPast();
    this.set(areas, words, focus);
  }

  private set(areas: Area[], words: string, focus = -1): void {
    this.areas = areas;
    this.field.value = written(areas, this.rest);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.show();
    this.told.textContent = words;
    if (focus >= 0) this.boxAt(focus)?.focus({ preventScroll: true });
  }

  private undo(): void {
    const before = this.past.pop();
    if (!before) return;
    this.set(before, `已撤销，现在有 ${before.length} 处。`);
    if (this.back.disabled) this.add.focus();
  }

  private undoKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    this.undo();
    if (!document.activeElement || document.activeElement === document.body) this.add.focus();
  }

  private boxAt(index: number): HTMLElement | null {
    return this.boxes.querySelector<HTMLElement>(`[data-index="${index}"]`);
  }

  private isDrawing(): boolean {
    return this.stage.classList.contains("drawing");
  }

  /** On or off, and what dragging does now. */
  private turn(): void {
    this.draw(!this.isDrawing());
    this.told.textContent = this.isDrawing()
      ? "“画区域”已打开：在图片上拖动，画出要遮盖的地方。"
      : "“画区域”已关闭：拖动只移动图片，不画区域。再按一次打开。";
  }

  /** While it is off, a finger moves the picture and draws nothing. */
  private draw(on: boolean): void {
    this.stage.classList.toggle("drawing", on);
    this.draws.setAttribute("aria-pressed", String(on));
  }

  private scale(by: number): void {
    this.zoom = Math.min(ZOOMS.length - 1, Math.max(0, this.zoom + by));
    const { view } = this;
    const [width, height] = [view.scrollWidth, view.scrollHeight];
    const [x, y] = [view.scrollLeft + view.clientWidth / 2, view.scrollTop + view.clientHeight / 2];
    this.stage.style.width = `${ZOOMS[this.zoom]}%`;
    // What was in the middle stays there.
    view.scrollLeft = (x / Math.max(1, width)) * view.scrollWidth - view.clientWidth / 2;
    view.scrollTop = (y / Math.max(1, height)) * view.scrollHeight - view.clientHeight / 2;
    this.larger.disabled = this.zoom === ZOOMS.length - 1;
    this.smaller.disabled = this.zoom === 0;
    if (by !== 0) this.told.textContent = `图片放大到 ${ZOOMS[this.zoom]}%。`;
  }

  /** An area in the middle of what is seen, for whoever draws with keys. */
  private put(): void {
    const [seen, all] = [this.view.getBoundingClientRect(), this.stage.getBoundingClientRect()];
    const at = (from: number, to: number, start: number, size: number): [number, number] => {
      const [first, last] = [Math.max(from, start), Math.min(to, start + size)];
      const [middle, tenth] = [(first + last) / 2, (last - first) / 10];
      return [((middle - tenth - start) / size) * WHOLE, ((middle + tenth - start) / size) * WHOLE];
    };
    const [left, right] = at(seen.left, seen.right, all.left, Math.max(1, all.width));
    const [top, bottom] = at(seen.top, seen.bottom, all.top, Math.max(1, all.height));
    const middle: Area = { left: 4000, top: 4000, right: 6000, bottom: 6000, ground: "" };
    const area = drawn(left, top, right, bottom) ?? middle;
    this.change([...this.areas, area], `已添加${label(area, this.areas.length + 1)}。`, this.areas.length);
  }

  private remove(index: number): void {
    const left = this.areas.filter((_, at) => at !== index);
    const next = Math.min(index, left.length - 1);
    this.change(left, `已删除区域 ${index + 1}，还有 ${left.length} 处，编号已重排。`, next);
    if (next < 0) this.add.focus();
  }

  private key(event: KeyboardEvent): void {
    const box = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    const index = Number(box?.dataset.index ?? -1);
    const area = this.areas[index];
    if (!area || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const next = event.shiftKey ? pulled(area, "se", ...arrow) : moved(area, ...arrow);
      this.change(replaced(this.areas, index, next), label(next, index + 1), index);
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Where the pointer is on the picture. */
  private point(event: PointerEvent): [number, number] {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    return [
      ((event.clientX - left) / Math.max(1, width)) * WHOLE,
      ((event.clientY - top) / Math.max(1, height)) * WHOLE,
    ];
  }

  private down(event: PointerEvent): void {
    if (!this.isDrawing() || event.button !== 0 || this.drag || !(event.target instanceof Element)) return;
    event.preventDefault();
    const [x, y] = this.point(event);
    const known = event.target.closest<HTMLElement>("[data-index]");
    const corner = event.target.closest<HTMLElement>("[data-corner]")?.dataset.corner as Corner | undefined;
    const index = Number(known?.dataset.index ?? this.areas.length);
    const box = known ?? make("div", { class: "cover-box" });
    if (known) known.focus({ preventScroll: true });
    else {
      box.hidden = true;
      this.boxes.append(box);
    }
    const from = this.areas[index] ?? null;
    this.drag = { pointer: event.pointerId, x, y, box, from, index, corner: corner ?? null, now: from };
    this.stage.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const drag = this.drag;
    if (!drag || drag.pointer !== event.pointerId) return;
    const [x, y] = this.point(event);
    const by: [number, number] = [x - drag.x, y - drag.y];
    if (drag.from === null) drag.now = drawn(drag.x, drag.y, x, y);
    else drag.now = drag.corner ? pulled(drag.from, drag.corner, ...by) : moved(drag.from, ...by);
    drag.box.hidden = drag.now === null;
    if (drag.now) place(drag.box, drag.now);
  }

  private up(event: PointerEvent, done: boolean): void {
    const drag = this.drag;
    if (!drag || drag.pointer !== event.pointerId) return;
    this.drag = null;
    const { from, index, now } = drag;
    if (!done || now === null || now === from) {
      const had = from !== null;
      this.show();
      if (had) this.boxAt(index)?.focus({ preventScroll: true });
      return;
    }
    const areas = from === null ? [...this.areas, now] : replaced(this.areas, index, now);
    this.change(areas, (from === null ? "已添加" : "") + label(now, index + 1) + "。", index);
  }

  private show(): void {
    this.boxes.replaceChildren(...this.areas.map((area, index) => this.box(area, index)));
    this.list.replaceChildren(...this.areas.map((area, index) => this.item(area, index)));
    this.none.hidden = this.areas.length > 0;
    this.back.disabled = this.past.length === 0;
  }

  private box(area: Area, index: number): HTMLElement {
    const box = make("button", {
      type: "button",
      class: "cover-box",
      "data-index": String(index),
      "aria-label": label(area, index + 1),
      "aria-describedby": `${this.field.id}-keys`,
    });
    box.append(String(index + 1), ...CORNERS.map((corner) => make("span", { "data-corner": corner })));
    place(box, area);
    return box;
  }

  private item(area: Area, index: number): HTMLElement {
    const choice = make("select", { class: "in", "aria-label": `区域 ${index + 1} 的依据` });
    choice.append(make("option", { value: "" }, "与“不予公开的依据”相同"));
    for (const { value, text } of this.usual.options) {
      if (value === "") continue;
      choice.append(make("option", { value }, value === "own" ? "“其他依据”里写的" : text));
    }
    if (![...choice.options].some(({ value }) => value === area.ground))
      choice.append(make("option", { value: area.ground }, area.ground));
    choice.value = area.ground;
    choice.addEventListener("change", () => {
      const next = replaced(this.areas, index, { ...area, ground: choice.value });
      this.change(next, `区域 ${index + 1} 的依据已选。`);
      this.list.querySelectorAll("select")[index]?.focus();
    });
    const gone = button("删除", "small", () => this.remove(index));
    gone.setAttribute("aria-label", `删除区域 ${index + 1}`);
    return make("li", {}, make("p", { class: "num" }, label(area, index + 1)), choice, gone);
  }
}

export function covers(): void {
  for (const figure of document.querySelectorAll<HTMLElement>("[data-cover]")) {
    const field = document.getElementById(figure.dataset.cover ?? "");
    const usual = document.getElementById(figure.dataset.coverGround ?? "");
    const view = figure.querySelector<HTMLElement>(".cover-view");
    const picture = view?.querySelector("img");
    if (!(field instanceof HTMLTextAreaElement) || !(usual instanceof HTMLSelectElement)) continue;
    if (view && picture) new Cover(figure, view, picture, field, usual);
  }
}
