/// <reference path="./parse-prometheus-text-format.d.ts" />
import parsePrometheus from 'parse-prometheus-text-format';

interface ParsedMetric {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value?: string;
}

export interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly ParsedMetric[];
}

export interface ReadMetrics {
  readonly families: readonly ParsedFamily[];
  /** Of the one sample with at least these labels; undefined where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Prometheus' text as somebody else's parser reads it. It would lump together histograms with different labels. */
export function readMetrics(text: string): ReadMetrics {
  const families: readonly ParsedFamily[] = parsePrometheus(text.replace(/^(# TYPE \S+) histogram$/gm, '$1 untyped'));
  return {
    families,
    value(name, labels = {}) {
      const named = families.filter((family) => family.name === name).flatMap(({ metrics }) => metrics);
      const fitting = named.filter((metric) =>
        Object.entries(labels).every(([label, value]) => metric.labels?.[label] === value),
      );
      if (fitting.length > 1) throw new Error(`${name} has ${fitting.length} samples with ${JSON.stringify(labels)}.`);
      const [only] = fitting;
      return only && Number(only.value);
    },
  };
}
