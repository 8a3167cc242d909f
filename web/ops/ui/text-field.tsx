import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onType: (text: string) => void;
  readonly note?: string;
  /** What is wrong with it, in a sentence; null: nothing that is known. */
  readonly wrong: string | null;
  /** More than one line. */
  readonly rows?: number;
  readonly mono?: boolean;
}

/** A text with what is wrong about it beside it. */
export function TextField({ label, value, onType, note, wrong, rows, mono = false }: Props) {
  const id = useId();
  const shown = {
    value,
    class: mono ? "mono" : undefined,
    spellcheck: false,
    "aria-invalid": wrong !== null,
    "aria-describedby": `${id}-note ${id}-wrong`,
  };
  return (
    <label class="field">
      {label}
      {rows === undefined ? (
        <input {...shown} onInput={(event) => onType(event.currentTarget.value)} />
      ) : (
        <textarea {...shown} rows={rows} onInput={(event) => onType(event.currentTarget.value)} />
      )}
      <small id={`${id}-note`}>{note}</small>
      <span id={`${id}-wrong`} class="field-wrong" role={wrong === null ? undefined : "alert"}>
        {wrong}
      </span>
    </label>
  );
}
