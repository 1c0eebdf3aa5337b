import type { RawAsk } from './raw-ask.ts';

export interface MatrixAsk extends RawAsk {
  readonly name: string;
}

export interface MatrixFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modifiedAtS: number;
}

type Header = readonly [string, string];

/** Requests for one file in every form that a range or a condition can have, well-formed or not. */
export function rangeMatrix(file: MatrixFile): readonly MatrixAsk[] {
  const get = (...headers: readonly Header[]): Omit<MatrixAsk, 'name'> => ({ method: 'GET', path: file.path, headers });
  const head = (...headers: readonly Header[]): Omit<MatrixAsk, 'name'> => ({ ...get(...headers), method: 'HEAD' });
  const asks = [
    ...ranges(file).map((value) => get(['Range', value])),
    ...ranges(file)
      .slice(0, 40)
      .map((value) => head(['Range', value])),
    ...ifRanges(file).flatMap((value) => [
      get(['Range', 'bytes=10-19'], ['If-Range', value]),
      get(['If-Range', value], ['Range', `bytes=${file.sizeBytes}-`]),
    ]),
    ...tagLists(file).flatMap((value) => [
      get(['If-None-Match', value]),
      get(['If-Match', value]),
      get(['Range', 'bytes=10-19'], ['If-None-Match', value]),
      get(['Range', 'bytes=10-19'], ['If-Match', value]),
    ]),
    ...dates(file).flatMap((value) => [
      get(['If-Modified-Since', value]),
      get(['If-Unmodified-Since', value]),
      get(['Range', 'bytes=10-19'], ['If-Modified-Since', value]),
    ]),
    ...pairs(file).flatMap((headers) => [get(...headers), head(...headers), get(['Range', 'bytes=5-'], ...headers)]),
    ...oddHeaders(file).map((headers) => get(...headers)),
    ...methods(file),
  ];
  const named = asks.map((ask) => ({ ...ask, name: nameOf(ask) }));
  return [...new Map(named.map((ask) => [JSON.stringify(ask), ask])).values()];
}

function nameOf({ method, headers, body }: RawAsk): string {
  return `${method}${body === undefined ? '' : ' with a body'} ${headers.map(([name, value]) => `${name}: ${value.slice(0, 60)}`).join(' / ')}`.trim();
}

function ranges({ sizeBytes }: MatrixFile): readonly string[] {
  const last = sizeBytes - 1;
  const single = [
    '0-0',
    '0-1',
    '1-1',
    '100-199',
    `0-${last}`,
    `0-${sizeBytes}`,
    `${last}-${last}`,
    `${last}-${sizeBytes + 5}`,
  ];
  const open = ['0-', '1-', '65536-', `${last}-`, `${sizeBytes}-`, `${sizeBytes + 1}-`];
  const suffix = ['-0', '-1', '-2', '-500', `-${last}`, `-${sizeBytes}`, `-${sizeBytes + 1}`, '-999999999'];
  const backwards = ['5-2', '1-0', `${sizeBytes}-${sizeBytes}`, `${sizeBytes}-0`, '500-499'];
  const spaced = [' 0-1', '0 -1', '0- 1', '0 - 1', ' 7 - 9 ', '5 -', '- 5', ' -5', '-5 ', '0-\t1'];
  const leadingZeros = ['00-01', '000000000000000000000-1', '-007', '0000010-00019'];
  const large = ['2147483647-', '4294967296-', '0-2147483648', '9007199254740993-', '0-9223372036854775807'];
  const tooLarge = ['0-9223372036854775808', '9223372036854775808-', '-9223372036854775808', `0-${'9'.repeat(60)}`];
  const several = [
    '0-1,5-6',
    '0-1, 5-6',
    '0-0,-1',
    '0-,5-',
    '-1,-2',
    '1-2,3-4,5-6,7-8',
    `0-9,${sizeBytes}-`,
    `${sizeBytes}-,0-9`,
  ];
  const severalOdd = [
    `${sizeBytes}-,${sizeBytes + 1}-`,
    '5-2,0-1',
    '0-1,5-2',
    '0-1,',
    ',0-1',
    '0-1,,2-3',
    '0-1,x',
    'x,0-1',
    '0-1,2-3,x',
    '-0,1-2',
  ];
  const invalid = [
    '',
    '-',
    '--',
    '--1',
    'a-b',
    '1',
    '1-2-3',
    '-1-2',
    '1.5-2',
    '+1-2',
    '0x1-2',
    '1-a',
    'a-1',
    '1e3-',
    '0-1;',
    '"0-1"',
    '0..5',
  ];
  const sets = [
    single,
    open,
    suffix,
    several,
    severalOdd,
    invalid,
    backwards,
    spaced,
    leadingZeros,
    large,
    tooLarge,
  ].flat();
  const units = [
    'items=0-1',
    'bytes',
    'bytes ',
    'byte=0-1',
    'bytes=',
    'BYTES=0-1',
    'Bytes=5-',
    'bytes =0-1',
    'bytes: 0-1',
    '0-1',
    '=0-1',
    'none',
  ];
  return [...sets.map((set) => `bytes=${set}`), ...units];
}

function tagLists({ etag }: MatrixFile): readonly string[] {
  const bare = etag.slice(1, -1);
  const right = [
    etag,
    `W/${etag}`,
    `"x", ${etag}`,
    `${etag}, "x"`,
    `"x",${etag},"y"`,
    `"x" , W/${etag}`,
    '*',
    ` ${etag} `,
  ];
  const wrong = [
    '"x"',
    'W/"x"',
    bare,
    `'${bare}'`,
    `${etag}x`,
    `x${etag}`,
    `"${bare.toUpperCase()}x"`,
    '"',
    '""',
    '',
    `w/${etag}`,
    `${etag} x`,
    '* ,"x"',
    `"x" ${etag}`,
  ];
  return [...right, ...wrong];
}

function dates({ modifiedAtS }: MatrixFile): readonly string[] {
  const utc = (seconds: number): string => new Date(seconds * 1000).toUTCString();
  const exact = utc(modifiedAtS);
  const [weekday = '', day = '', month = '', year = '', time = ''] = exact.split(' ');
  const rfc850 = `${weekday.replace(',', 'day,')} ${day}-${month}-${year.slice(2)} ${time} GMT`;
  const asctime = `${weekday.slice(0, 3)} ${month} ${String(Number(day)).padStart(2, ' ')} ${time} ${year}`;
  const around = [utc(modifiedAtS - 1), utc(modifiedAtS + 1), utc(0), utc(modifiedAtS + 86_400 * 365)];
  const forms = [
    rfc850,
    asctime,
    exact.replace('GMT', ''),
    exact.replace('GMT', 'UTC'),
    exact.replace(weekday, 'Xxx,'),
    exact.replace(', ', ','),
  ];
  const wrong = [
    '',
    '0',
    'yesterday',
    String(modifiedAtS),
    new Date(modifiedAtS * 1000).toISOString(),
    exact.slice(5),
    exact.replace(month, 'Foo'),
    exact.replace(time, '25:00:00'),
    exact.replace(` ${day} `, ' 32 '),
  ];
  return [exact, ...around, ...forms, ...wrong];
}

function ifRanges(file: MatrixFile): readonly string[] {
  const { etag } = file;
  const tags = [
    etag,
    `W/${etag}`,
    '"x"',
    etag.slice(1),
    etag.slice(0, -1),
    etag.slice(1, -1),
    `${etag}, "x"`,
    '*',
    '""',
    '"',
    '',
  ];
  return [...tags, ...dates(file)];
}

/** Conditions that agree and that contradict each other. */
function pairs(file: MatrixFile): readonly (readonly Header[])[] {
  const [date = '', earlier = '', later = ''] = dates(file);
  const { etag } = file;
  return [
    [
      ['If-None-Match', etag],
      ['If-Modified-Since', date],
    ],
    [
      ['If-None-Match', etag],
      ['If-Modified-Since', earlier],
    ],
    [
      ['If-None-Match', '"x"'],
      ['If-Modified-Since', date],
    ],
    [
      ['If-None-Match', '"x"'],
      ['If-Modified-Since', later],
    ],
    [
      ['If-Match', etag],
      ['If-Unmodified-Since', earlier],
    ],
    [
      ['If-Match', etag],
      ['If-Unmodified-Since', later],
    ],
    [
      ['If-Match', '"x"'],
      ['If-Unmodified-Since', date],
    ],
    [
      ['If-Match', etag],
      ['If-None-Match', etag],
    ],
    [
      ['If-Match', '"x"'],
      ['If-None-Match', etag],
    ],
    [
      ['If-Match', etag],
      ['If-None-Match', '"x"'],
    ],
    [
      ['If-Unmodified-Since', date],
      ['If-Modified-Since', date],
    ],
    [
      ['If-Unmodified-Since', earlier],
      ['If-None-Match', etag],
    ],
    [
      ['If-Range', etag],
      ['If-None-Match', etag],
    ],
    [
      ['If-Range', '"x"'],
      ['If-Match', etag],
    ],
  ];
}

function oddHeaders({ etag }: MatrixFile): readonly (readonly Header[])[] {
  return [
    [],
    [['range', 'bytes=3-4']],
    [['RANGE', 'bytes=3-4']],
    [
      ['Range', 'bytes=0-1'],
      ['Range', 'bytes=5-9'],
    ],
    [
      ['Range', 'x'],
      ['Range', 'bytes=5-9'],
    ],
    [
      ['If-None-Match', '"x"'],
      ['If-None-Match', etag],
    ],
    [
      ['If-None-Match', etag],
      ['If-None-Match', '"x"'],
    ],
    [
      ['If-Match', '"x"'],
      ['If-Match', etag],
    ],
    [
      ['Range', 'bytes=5-9'],
      ['If-Range', '"x"'],
      ['If-Range', etag],
    ],
    [
      ['Range', 'bytes=5-9'],
      ['If-Range', etag],
      ['If-Range', '"x"'],
    ],
    [['If-Range', etag]],
    [['Accept-Ranges', 'bytes']],
    [['Content-Range', 'bytes 0-1/2']],
    [
      ['Accept-Encoding', 'gzip, br'],
      ['Range', 'bytes=3-9'],
    ],
    [
      ['Accept', 'text/html;q=1'],
      ['Range', 'bytes=3-9'],
    ],
    [
      ['Cache-Control', 'no-cache'],
      ['Pragma', 'no-cache'],
      ['If-None-Match', etag],
    ],
    [
      ['Expect', 'none'],
      ['Range', 'bytes=3-9'],
    ],
    [
      ['X-Long', 'x'.repeat(3000)],
      ['Range', 'bytes=3-9'],
    ],
    [
      ['Cookie', 'a=b; c=d'],
      ['Range', 'bytes=3-9'],
    ],
    [['Request-Range', 'bytes=3-9']],
    [['Unless-Modified-Since', 'x']],
    [
      ['If', '(<x>)'],
      ['Range', 'bytes=3-9'],
    ],
    [
      ['TE', 'trailers'],
      ['Range', 'bytes=3-9'],
    ],
    [
      ['X-Forwarded-For', '1.2.3.4'],
      ['Range', 'bytes=3-9'],
    ],
    [
      ['Authorization', 'Basic eDp5'],
      ['Range', 'bytes=3-9'],
    ],
  ];
}

function methods({ path }: MatrixFile): readonly Omit<MatrixAsk, 'name'>[] {
  const bare = [
    'HEAD',
    'OPTIONS',
    'PUT',
    'POST',
    'DELETE',
    'PATCH',
    'TRACE',
    'PROPFIND',
    'MKCOL',
    'LOCK',
    'COPY',
    'get',
    'FOO',
    'G-T',
  ];
  const asks = bare.map((method) => ({ method, path, headers: [] }));
  const range: Header = ['Range', 'bytes=0-1'];
  const ranged = ['OPTIONS', 'PUT', 'POST', 'DELETE', 'FOO'].map((method) => ({ method, path, headers: [range] }));
  const length: Header = ['Content-Length', '2'];
  const withBody = ['GET', 'POST', 'PUT'].map((method) => ({ method, path, headers: [length, range], body: 'hi' }));
  return [...asks, ...ranged, ...withBody];
}
