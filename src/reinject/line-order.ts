/** What one job says. */
export interface Turn {
  readonly say: (line: string) => void;
  readonly end: () => void;
}

/** Lines of jobs that run at the same time, in the order in which these began: the first speaks, what others say waits. */
export class LineOrder {
  private readonly turns: { readonly lines: string[]; isOver: boolean }[] = [];

  constructor(private readonly onLine: (line: string) => void) {}

  begin(): Turn {
    const turn = { lines: [] as string[], isOver: false };
    this.turns.push(turn);
    return {
      say: (line) => {
        turn.lines.push(line);
        this.flush();
      },
      end: () => {
        turn.isOver = true;
        this.flush();
      },
    };
  }

  private flush(): void {
    for (let [first] = this.turns; first !== undefined; [first] = this.turns) {
      for (const line of first.lines.splice(0)) this.onLine(line);
      if (!first.isOver) return;
      this.turns.shift();
    }
  }
}
