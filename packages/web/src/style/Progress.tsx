import './primitives.css';

/** Turns by a transform, so that it keeps turning while the main thread works. */
export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}

interface ProgressProps {
  /** What is being waited for, such as "Opening your home…". */
  readonly label: string;
  /** In the middle of an otherwise empty page. */
  readonly page?: boolean;
}

export function Progress({ label, page = false }: ProgressProps) {
  return (
    <div className={page ? 'progress page' : 'progress'} role="status">
      <Spinner />
      <span>{label}</span>
    </div>
  );
}
