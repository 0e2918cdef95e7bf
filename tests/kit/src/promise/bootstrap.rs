//! Bootstrap information of HDS, read strictly according to the specification (Adobe Flash Video
//! File Format 10.1, 2.11.2).

use bytes::Buf;

/// A run of fragments of one duration, or the end of the presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentRun {
    /// The number of its first fragment; 0 for the end.
    pub first: u32,
    /// When that fragment starts, in milliseconds.
    pub start: u64,
    /// The duration of each, in milliseconds.
    pub duration: u32,
    /// The discontinuity indicator, which is only present if the duration is 0.
    pub discontinuity: Option<u8>,
}

impl FragmentRun {
    /// The last run.
    pub const END: Self = Self { first: 0, start: 0, duration: 0, discontinuity: Some(0) };
}

/// The content of an `abst` box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of fragments.
    pub fragments: u32,
    /// The runs of fragments, without the one that marks the end.
    pub runs: Vec<FragmentRun>,
    /// When the presentation ends, in milliseconds.
    pub end: u64,
}

impl Bootstrap {
    /// Reads an `abst` box of a presentation of one segment, on a clock of milliseconds.
    ///
    /// # Panics
    /// On anything else.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let (mut abst, rest) = open(bytes, *b"abst");
        assert!(rest.is_empty());
        // Version and flags, version of the information, profile and flags, and the clock.
        assert_eq!((abst.get_u32(), abst.get_u32(), abst.get_u8()), (0, 1, 0));
        assert_eq!(abst.get_u32(), 1000);
        let end = abst.get_u64();
        // SMPTE offset, three empty texts, no servers, and no qualities.
        assert_eq!((abst.get_u64(), abst.get_u32(), abst.get_u8()), (0, 0, 0));
        assert_eq!(abst.get_u8(), 1, "one table of segments");
        let (mut asrt, mut abst) = open(abst, *b"asrt");
        assert_eq!((asrt.get_u32(), asrt.get_u8(), asrt.get_u32(), asrt.get_u32()), (0, 0, 1, 1));
        let fragments = asrt.get_u32();
        assert!(asrt.is_empty());
        assert_eq!(abst.get_u8(), 1, "one table of fragments");
        let (afrt, rest) = open(abst, *b"afrt");
        assert!(rest.is_empty());
        let mut runs = fragment_runs(afrt);
        assert_eq!(runs.pop(), Some(FragmentRun::END));
        Self { fragments, runs, end }
    }

    /// The number of the first fragment.
    #[must_use]
    pub fn first(&self) -> u32 {
        self.runs.first().map_or(1, |run| run.first)
    }

    /// The start and duration of a fragment, in milliseconds.
    #[must_use]
    pub fn fragment(&self, number: u32) -> (u64, u32) {
        let run = self.runs.iter().rfind(|run| run.first <= number).unwrap();
        (run.start + u64::from(number - run.first) * u64::from(run.duration), run.duration)
    }
}

/// The entries of an `afrt` box.
fn fragment_runs(mut afrt: &[u8]) -> Vec<FragmentRun> {
    assert_eq!((afrt.get_u32(), afrt.get_u32(), afrt.get_u8()), (0, 1000, 0));
    let runs = (0..afrt.get_u32()).map(|_| {
        let (first, start, duration) = (afrt.get_u32(), afrt.get_u64(), afrt.get_u32());
        let discontinuity = (duration == 0).then(|| afrt.get_u8());
        FragmentRun { first, start, duration, discontinuity }
    });
    let runs = runs.collect();
    assert!(afrt.is_empty());
    runs
}

/// The body of the box with that type at the start of `bytes`, and what follows it.
fn open(mut bytes: &[u8], kind: [u8; 4]) -> (&[u8], &[u8]) {
    let size = bytes.get_u32() as usize;
    assert_eq!(bytes[..4], kind);
    bytes[4..].split_at(size - 8)
}
