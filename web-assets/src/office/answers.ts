// What the server answers to files, in words, and whether asking again helps.

/** As the list of files says it. */
export const size = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
};

/** What went wrong, in words, and what to do. */
export function reason(status: number, text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (message) return message;
  } catch {
    /* not JSON: the words below */
  }
  if (status === 0) return "网络中断，请检查网络后点“重试”";
  if (status === 401) return "登录已到期，请在新窗口重新登录后点“重试”";
  if (status === 413) return "文件太大，请压缩或拆分后再传";
  if (status === 415) return "不支持这种文件，请换成 PDF、DOCX、XLSX 或图片";
  return `没有传上去（${status}），请点“重试”；仍不行请联系管理员`;
}

/** Whether the same file may be taken another time: not what was refused for what it is. */
export const mayTryAgain = (status: number): boolean =>
  status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;
