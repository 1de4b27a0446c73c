/** Copies the lines beside a button. */
export async function copyLines(button: HTMLButtonElement): Promise<void> {
  const lines = button.parentElement!.querySelector('code')!;
  try {
    await navigator.clipboard.writeText(lines.textContent);
    button.textContent = 'Copied';
  } catch {
    // A page that came over plain HTTP may not write to the clipboard.
    getSelection()?.selectAllChildren(lines);
    button.textContent = 'Selected: press Ctrl+C';
  }
  setTimeout(() => (button.textContent = 'Copy'), 3000);
}
