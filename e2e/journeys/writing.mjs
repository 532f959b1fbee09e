// What must not go wrong between writing and the public.
import { check, suite, test } from "../lib/report.mjs";
import { close } from "../lib/browser.mjs";
import { GATES, act, agree, approve, begin, body, claim, eventually, flash, openReview, saved, submit, submitted, tick, write } from "../lib/desk.mjs";

/** Pastes as the browser does when Word has filled the clipboard. */
const paste = (page, html) =>
  page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/html", text);
    data.setData("text/plain", "x");
    document.querySelector(".ProseMirror").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, html);

const SENTENCE = "县民政局于每月10日前在各乡镇便民服务中心公布助餐点开放时间，群众可以就近办理登记。";

export async function writing(program, staff) {
  if (!suite("writing")) return;
  await test("writing: nobody passes a gate with their own text, by whatever way", async (pages) => {
    // Somebody who may write and may review: the roles alone would allow it.
    await program.addAccount("both", "QH006", "editor", "reviewer_secrecy");
    const title = "关于公布助餐点开放时间的通知（自审试验）";
    const id = await submitted(staff, "both", { title, text: SENTENCE }, pages);
    // What is one's own waits for somebody else, and stands among all.
    const page = await staff.at("both", "/reviews", pages);
    check((await page.getByRole("link", { name: title }).count()) === 0, "one's own text waits for oneself");
    await page.goto("/reviews?gate=all");
    await page.getByRole("link", { name: title }).first().click();
    await page.waitForURL(/\/reviews\/[^/?]+$/);
    check((await page.getByRole("button", { name: "通过", exact: true }).count()) === 0, "the author is offered to approve");
    check((await page.getByRole("button", { name: "领取", exact: true }).count()) === 0, "the author is offered to claim");
    const edition = page.url().split("/").at(-1);
    for (const deed of ["claim", "approve", "return"]) {
      const status = await page.evaluate(
        ([address]) => fetch(address, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" }, body: "version=2&reason=试一试&once=", redirect: "manual" }).then((r) => (r.type === "opaqueredirect" ? 303 : r.status)),
        [`/reviews/${edition}/${deed}`],
      );
      check(status >= 400, `a forged ${deed} is answered with ${status}`);
    }
    await page.goto(`/documents/${id}`);
    check(/等待审核员领取/.test(await page.locator("main").innerText()), "no longer waiting at its gate");
    await close(page);
  });

  await test("writing: a return with its reason comes back to the editor's desk", async (pages) => {
    const title = "关于公布助餐点开放时间的通知（退回试验）";
    const id = await submitted(staff, "editor-mz", { title, text: SENTENCE }, pages);
    const reviewer = await staff.at("secrecy", "", pages);
    await openReview(reviewer, title);
    await claim(reviewer);
    // Without a reason it stays where it is: told at the field, before anything is asked.
    await reviewer.getByRole("button", { name: "退回", exact: true }).click();
    await reviewer.locator("#reason-err").waitFor();
    check((await reviewer.locator("dialog.confirm").count()) === 0, "asked to agree to what is then refused");
    check(await reviewer.getByLabel("退回理由", { exact: true }).evaluate((field) => field === document.activeElement), "the field has no focus");
    await reviewer.getByLabel("退回理由", { exact: true }).fill("第二句的日期与附件不一致，请核对。");
    await act(reviewer, () => reviewer.getByRole("button", { name: "退回", exact: true }).click());
    await close(reviewer);
    const editor = await staff.at("editor-mz", "/", pages);
    await editor.getByRole("link", { name: title }).first().click();
    await editor.getByText("第二句的日期与附件不一致").first().waitFor();
    await editor.goto(`/documents/${id}/edit`);
    check((await editor.locator("main").innerText()).includes("第二句的日期与附件不一致"), "the editor does not see the reason while writing");
    await close(editor);
  });

  await test("writing: a personal number stops the submission, and is shown masked", async (pages) => {
    const page = await staff.at("editor-mz", "", pages);
    await begin(page, { title: "关于公示临时救助对象的通知（个人信息试验）" });
    await write(page, "拟救助对象的身份证号码为11010519491231002X，联系电话13000000000。");
    await page.getByLabel("主动公开", { exact: true }).check();
    // What would be refused is not asked about first: the refusal says at once what to do.
    await page.getByRole("button", { name: "提交审核" }).click();
    await page.locator("#errors").waitFor();
    check((await page.locator("dialog.confirm").count()) === 0, "asked to agree to what is then refused");
    const panel = await page.locator("#checks").innerText();
    check(/处须处理/.test(panel), `the finding is not shown: ${panel}`);
    check(!panel.includes("11010519491231002X") && !panel.includes("13000000000"), "the number is shown in full");
    check(/\*/.test(panel) || /×|•|…/.test(panel), "nothing is masked");
    await write(page, "拟救助对象为城关镇演示甲。");
    await submit(page);
    check(/已提交/.test(await flash(page).innerText()), "not submitted after the correction");
    await close(page);
  });

  await test("writing: two windows, a stale save gives the choice and loses nothing", async (pages) => {
    const first = await staff.at("editor-mz", "", pages);
    const id = await begin(first, { title: "关于公布助餐点开放时间的通知（两个窗口）" });
    await write(first, "第一稿。");
    const second = await staff.at("editor-mz", `/documents/${id}/edit`, pages);
    await write(first, "第一个窗口的文字。");
    await body(second).click();
    await second.keyboard.press("ControlOrMeta+A");
    await second.keyboard.insertText("第二个窗口的文字。");
    await second.locator(".conflict").waitFor({ timeout: 12_000 });
    check((await body(second).innerText()).includes("第二个窗口的文字"), "the text of the second window is gone");
    const told = await second.locator(".conflict").innerText();
    check(!/重新打开|对方/.test(told), `two ways on, or one's own window is somebody else: ${told}`);
    check(/只在您写的文字里有[\s\S]*第二个窗口的文字[\s\S]*只在服务器上有[\s\S]*第一个窗口的文字/.test(told), `not compared: ${told}`);
    await second.locator(".conflict summary").click();
    check((await second.locator(".conflict").innerText()).includes("第一个窗口的文字"), "the other text is not shown");
    // What it kept was written over a version that is not there any more: it is compared, and never goes over the other.
    await Promise.all([second.waitForEvent("load"), second.getByRole("button", { name: "载入服务器上的版本" }).click()]);
    const kept = second.locator(".notice").filter({ hasText: "找到没有保存的文字" });
    await kept.waitFor();
    check((await kept.getByRole("button", { name: "恢复这些文字" }).count()) === 0, "a stale copy is put in over a newer text");
    check(/只在暂存的文字里有[\s\S]*第二个窗口的文字[\s\S]*只在服务器上有[\s\S]*第一个窗口的文字/.test(await kept.innerText()), "the copy is not compared");
    check((await body(second).innerText()).includes("第一个窗口的文字"), "the page does not show what is on the server");
    await second.reload();
    check((await kept.count()) === 1, "the copy is gone before it was dropped");
    await kept.getByRole("button", { name: "丢弃" }).click();
    await second.reload();
    await body(second).waitFor();
    check((await kept.count()) === 0, "a dropped copy comes back");
    await first.reload();
    check((await body(first).innerText()).includes("第一个窗口的文字"), "the first window's text was overwritten");
    await close(first);
    await close(second);
  });

  await test("writing: a session that ends in the middle keeps the text", async (pages) => {
    const page = await staff.at("editor-ny", "", pages, { fresh: true });
    const id = await begin(page, { title: "关于秋粮收购的通知（会话到期）" });
    await write(page, "到期以前的文字。");
    // The session ends as an administrator, or time, would end it.
    await page.context().clearCookies();
    await body(page).click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText("到期以后写的文字。");
    await page.locator("[data-autosave-status].bad").waitFor({ timeout: 12_000 });
    check(/登录已到期/.test(await page.locator("[data-autosave-status]").innerText()), "the end of the session is not told");
    check((await body(page).innerText()).includes("到期以后写的文字"), "the text is gone");
    const [again] = await Promise.all([page.context().waitForEvent("page"), page.locator("[data-autosave-status] a").click()]);
    pages.push(again);
    await again.waitForLoadState();
    await staff.signIn(again, "editor-ny", { from: "" });
    await again.close();
    await page.bringToFront();
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await saved(page);
    await page.goto(`/documents/${id}/edit`);
    check((await body(page).innerText()).includes("到期以后写的文字"), "the text did not reach the server");
    await close(page);
  });

  await test("writing: the last approval pressed twice publishes once", async (pages) => {
    const title = "关于公布助餐点开放时间的通知（连按两次）";
    const id = await submitted(staff, "editor-mz", { title, text: SENTENCE }, pages);
    for (const [login] of GATES.slice(0, 3)) {
      const page = await staff.at(login, "", pages);
      await approve(page, title);
      await close(page);
    }
    const page = await staff.at("political", "", pages);
    await openReview(page, title);
    await claim(page);
    await tick(page);
    // What a double click, or a form sent again, does on the wire: the same bytes twice.
    const form = await page.evaluate(() => {
      const own = document.querySelector("form[action$='/approve']");
      return { action: own.action, body: new URLSearchParams(new FormData(own)).toString() };
    });
    const send = () => page.evaluate(({ action, body: bytes }) => fetch(action, { method: "POST", body: bytes, headers: { "content-type": "application/x-www-form-urlencoded" } }).then((r) => r.status), form);
    const [one, two] = await Promise.all([send(), send()]);
    check(one < 500 && two < 500, `answers ${one} and ${two}`);
    await page.goto(`/documents/${id}`);
    const history = await page.locator(".timeline").innerText();
    check((history.match(/公开发布/g) ?? []).length === 1, `published ${(history.match(/公开发布/g) ?? []).length} times`);
    check((await page.locator("main table tbody tr th[scope=row]").count()) === 1, "more than one edition");
    await close(page);
  });

  await test("writing: numbers pasted from Word stay, what is the author's alone stays out and is said", async (pages) => {
    const page = await staff.at("editor-mz", "", pages);
    await begin(page, { title: "养老服务补贴办法（粘贴试验）" });
    const para = (mark, text) =>
      `<p class=MsoNormal style='mso-list:l0 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>${mark}<span>&nbsp;&nbsp;</span></span><![endif]>${text}</p>`;
    const html =
      para("第一条", "为规范养老服务补贴，制定本办法。") + "<p class=MsoNormal>前款所称补贴，是指县级财政补贴。</p>" +
      para("第二条", "本办法适用于<span style='display:none;mso-hide:all'>内部掌握</span>本县户籍老年人。<a class=msocomanchor href='#_msocom_1'>[A1]</a>") +
      "<p align=right>青禾县民政局</p><img src='https://a.example/x.png'>" +
      "<div style='mso-element:comment-list'><div style='mso-element:comment'><p class=MsoCommentText>此处待领导审定</p></div></div>";
    await body(page).click();
    await paste(page, html);
    const note = await page.locator(".ed-note").innerText();
    for (const said of ["1 条批注", "1 处隐藏文字", "1 张图片", "2 处编号"]) check(note.includes(said), `the notice does not say ${said}: ${note}`);
    await page.getByRole("button", { name: "知道了" }).click();
    check((await page.locator(".ed-note").innerText()) === "", "the notice does not go away");
    await saved(page);
    await page.reload();
    const text = await body(page).innerText();
    for (const kept of ["第一条　为规范", "前款所称补贴", "第二条　本办法适用于本县户籍老年人。"]) check(text.includes(kept), `${kept} is lost: ${text}`);
    for (const own of ["[A1]", "内部掌握", "待领导审定"]) check(!text.includes(own), `${own} came in`);
    check((await page.locator(".ProseMirror p.right").innerText()) === "青禾县民政局", "the alignment is lost");
    check(page.watched.errors.length === 0, page.watched.errors.join("\n"));
    // No string becomes a page: the browser itself refuses it.
    const refused = await page.evaluate(() => {
      try {
        document.createElement("div").innerHTML = "<b>x</b>";
        return false;
      } catch {
        return true;
      }
    });
    check(refused, "a string became a part of the page");
    page.watched.errors.length = 0;
    await close(page);
  });

  await test("writing: a picture is pasted, told of, kept and shown", async (pages) => {
    const page = await staff.at("editor-mz", "", pages);
    await begin(page, { title: "新的助餐点（图片试验）" });
    await write(page, SENTENCE);
    // What is no picture, whatever it says, is refused where it would stand; the text stays.
    const pasteFile = (broken) =>
      page.evaluate(async (bad) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [900, 450];
        canvas.getContext("2d").fillRect(100, 100, 300, 200);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
        const data = new DataTransfer();
        data.items.add(new File([bad ? "x" : blob], "示意图.png", { type: "image/png" }));
        document.querySelector(".ProseMirror").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      }, broken);
    await pasteFile(true);
    await page.locator(".ed-figure [role=alert]").waitFor();
    await page.locator(".ed-figure").getByRole("button", { name: "移除", exact: true }).click();
    page.watched.errors.length = 0;
    await pasteFile(false);
    await page.getByText("还没有替代文字").waitFor();
    await eventually("the picture is seen", () => page.locator(".ed-figure img").evaluate((image) => image.naturalWidth === 900));
    await page.getByLabel("替代文字（读屏软件").fill("助餐点位置示意图");
    await act(page, () => page.getByRole("button", { name: "保存", exact: true }).click());
    const stored = await page.locator("textarea[name=body_html]").inputValue();
    check(/<figure><img src="\/pictures\/[0-9a-z]{16}\/900x450\.png" alt="助餐点位置示意图"><\/figure>/.test(stored), `not kept: ${stored}`);
    check(stored.includes(SENTENCE.slice(0, 10)), "the text is lost");
    check((await page.locator(".ed-figure").count()) === 1, "the editor does not show it");
    check(page.watched.errors.length === 0, page.watched.errors.join("\n"));
    await close(page);
  });

  await test("writing: a text that the editor cannot keep is opened as it is", async (pages) => {
    const plain = await staff.at("editor-mz", "/documents/new", pages, { js: false, fresh: true });
    await plain.goto("/documents/new");
    await plain.locator("#title").fill("名词解释（原样打开）");
    await plain.locator("#kind").selectOption("notice");
    await plain.locator("#column").selectOption("notices");
    await plain.getByRole("button", { name: "开始撰写" }).click();
    await plain.getByText("下面的正文是 HTML 源码").waitFor();
    await plain.locator("textarea[name=body_html]").fill("<dl><dt>低保</dt><dd>最低生活保障</dd></dl>");
    await plain.getByRole("button", { name: "保存", exact: true }).click();
    const id = plain.url().split("/").at(-2);
    await close(plain);
    const page = await staff.at("editor-mz", "", pages);
    await page.goto(`/documents/${id}/edit`);
    await page.getByText("编辑器不能保持原样的内容（名词解释列表").waitFor();
    check((await page.locator("textarea[name=body_html]").inputValue()).includes("<dt>低保</dt>"), "the text is not shown as it is");
    await close(page);
  });

  await test("writing: without scripts, sign-in, writing, submission and approval by plain forms", async (pages) => {
    const title = "关于公布助餐点开放时间的通知（无脚本）";
    const page = await staff.at("editor-mz", "/documents/new", pages, { js: false, fresh: true });
    await page.goto("/documents/new");
    await page.locator("#title").fill(title);
    await page.locator("#kind").selectOption("notice");
    await page.locator("#column").selectOption("notices");
    await page.getByRole("button", { name: "开始撰写" }).click();
    await page.locator("textarea[name=body_html]").fill(`<p>${SENTENCE}</p>`);
    await page.getByLabel("主动公开", { exact: true }).check();
    await page.getByRole("button", { name: "提交审核" }).click();
    await page.getByText("等待保密审查").first().waitFor();
    await close(page);
    const reviewer = await staff.at("secrecy", "", pages, { js: false, fresh: true });
    await openReview(reviewer, title);
    await claim(reviewer);
    await tick(reviewer);
    await reviewer.getByRole("button", { name: "通过", exact: true }).click();
    await flash(reviewer).waitFor();
    await close(reviewer);
    const next = await staff.at("wording", "/reviews", pages);
    await eventually("the document stands at the next gate", async () => (await next.getByRole("link", { name: title }).count()) > 0);
    await close(next);
  });

  await test("writing: the letters of a review lead to a decision and make none", async (pages) => {
    const title = "关于公布助餐点开放时间的通知（审核按键）";
    await submitted(staff, "editor-mz", { title, text: SENTENCE }, pages);
    const page = await staff.at("secrecy", "", pages);
    await openReview(page, title);
    const at = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim());
    await page.keyboard.press("a");
    check((await at()) === "tick0", `A leads to ${await at()}, not to what is still to be ticked`);
    await tick(page);
    await page.locator("h1").click();
    await page.keyboard.press("a");
    check((await at()) === "通过", `A leads to ${await at()}`);
    check((await page.locator("dialog[open]").count()) === 0, "A opened a dialog");
    await page.keyboard.press("r");
    check((await at()) === "reason", `R leads to ${await at()}`);
    await page.keyboard.type("arn");
    check((await page.locator("#reason").inputValue()) === "arn", "letters are no letters in a field");
    check(/\/reviews\//.test(page.url()), "a letter left the page");
    await close(page);
  });

  await test("writing: an upload goes on after the line was cut, and can be cancelled", async (pages) => {
    const page = await staff.at("editor-mz", "", pages);
    await begin(page, { title: "关于公布助餐点名单的通知（断线续传）" });
    const rows = Array.from({ length: 30_000 }, (_, i) => `第${i + 1}号助餐点,11:00至12:30,8`).join("\n");
    let cuts = 2;
    await page.route("**/uploads/*/parts?*", (route) => (cuts-- > 0 ? route.abort("connectionreset") : route.continue()));
    await page.locator("#file").setInputFiles({ name: "名单.csv", mimeType: "text/csv", buffer: Buffer.from(`名称,时间,元\n${rows}\n`) });
    await page.getByRole("button", { name: "上传", exact: true }).click();
    await page.locator(".up-rows .num").getByText(/网络中断，\d+ 秒后自动继续/).waitFor();
    await page.locator(".up-rows").getByText(/^已上传，/).waitFor({ timeout: 30_000 });
    await page.locator("[data-upload-list]").getByRole("link", { name: "名单.csv", exact: true }).waitFor();
    // A line that stays away, given up by hand.
    cuts = Infinity;
    await page.locator("#file").setInputFiles({ name: "另一份.csv", mimeType: "text/csv", buffer: Buffer.from(`名称\n${rows}\n`) });
    await page.getByRole("button", { name: "上传", exact: true }).click();
    await page.locator(".up-rows .num").getByText(/网络中断/).waitFor();
    await page.getByRole("button", { name: "取消上传 另一份.csv" }).click();
    await page.locator(".up-rows").getByText("已取消，没有添加").waitFor({ timeout: 30_000 });
    await close(page);
  });

  await test("writing: Ctrl+Shift+Enter only asks, it never sends", async (pages) => {
    const page = await staff.at("editor-mz", "", pages);
    const id = await begin(page, { title: "关于公布助餐点开放时间的通知（按键）" });
    await write(page, SENTENCE);
    await page.keyboard.press("ControlOrMeta+Shift+Enter");
    await page.locator("dialog.confirm").waitFor();
    await page.keyboard.press("Escape");
    await page.goto(`/documents/${id}`);
    check(/草稿/.test(await page.locator("main").innerText()), "no longer a draft");
    await close(page);
  });
}
