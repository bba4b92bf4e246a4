//! The memory of the table: an anonymous map of whole slots, all zero at first, and the hint to fetch a slot ahead of time.
//! It decides how a slot lies in memory and must not know how slots are searched. All unsafe code of rollproof is here.
//!
//! Miri knows neither huge pages nor is it to be had for the compiler that this is built with; the arguments stand at the
//! blocks, and `tests` compares the table with the standard library's set, on one thread and on several.
#![expect(
    unsafe_code,
    reason = "zeroed memory on huge pages, seen as atomics, and the prefetch instruction: safe Rust has neither"
)]

use std::alloc::Layout;
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicU64;

use memmap2::{MmapOptions, MmapRaw};

/// A slot of a state of several words.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Record<const W: usize> {
    /// 0 where the slot is empty, see [`super::wide`].
    pub header: AtomicU64,
    /// The state.
    pub words: [AtomicU64; W],
}

/// Memory for a number of slots of states of `W` words.
///
/// Invariant: `map` is private to this value, readable and writable, aligned to a page (so to a word), and exactly
/// `slots * SLOT_BYTES` bytes long. Nothing ever makes a `&[u8]` or `&mut [u8]` of it: `MmapRaw` hands out pointers only.
#[derive(Debug)]
pub(super) struct Memory<const W: usize> {
    map: MmapRaw,
    slots: NonZeroUsize,
}

impl<const W: usize> Memory<W> {
    /// One word is a slot by itself; several words have a header.
    const SLOT_BYTES: usize = if W == 1 {
        size_of::<AtomicU64>()
    } else {
        size_of::<Record<W>>()
    };

    /// Empty slots; `slots` is a power of two.
    pub fn new(slots: usize) -> io::Result<Self> {
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let bytes = slots.checked_mul(Self::SLOT_BYTES).ok_or_else(too_large)?;
        let slots = NonZeroUsize::new(slots).ok_or_else(too_large)?;
        let map = MmapRaw::from(MmapOptions::new().len(bytes).map_anon()?);
        // Refused (by a kernel built without them, for one) this costs time and nothing else.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self { map, slots })
    }

    /// What the smallest memory would have asked an allocator for, for the message when it is not to be had.
    pub fn layout() -> Layout {
        Layout::array::<[u64; W]>(super::FEWEST_SLOTS).unwrap_or(Layout::new::<[u64; W]>())
    }

    pub fn slots(&self) -> usize {
        self.slots.get()
    }

    pub fn bytes(&self) -> usize {
        self.map.len()
    }

    /// All words, headers included, whatever they mean.
    #[inline]
    pub fn words(&self) -> &[AtomicU64] {
        const { assert!(Self::SLOT_BYTES.is_multiple_of(size_of::<AtomicU64>())) };
        let words = self
            .slots
            .get()
            .wrapping_mul(Self::SLOT_BYTES / size_of::<AtomicU64>());
        // SAFETY: the map is one object of `slots * SLOT_BYTES` bytes (the invariant; the product did not overflow when it
        // was made), which is this many words; it is aligned to a page. Zeroed memory and whatever else is in there are valid
        // `AtomicU64`s. The slice lives as long as `self` is borrowed, and so does the map. The pointer comes from
        // `as_mut_ptr`, so that writing through it is allowed, and all access to the map is through such slices of atomics,
        // of this method or of `records`, which agree on the size and alignment of every access.
        unsafe { std::slice::from_raw_parts(self.map.as_mut_ptr().cast::<AtomicU64>(), words) }
    }

    /// The slots of states of several words.
    #[inline]
    pub fn records(&self) -> &[Record<W>] {
        assert!(W != 1, "a state of one word has no header");
        // SAFETY: as for `words`: for W != 1 the map is `slots * size_of::<Record<W>>()` bytes long, a `Record` is `repr(C)`
        // of atomics only, has their alignment, no padding, and is valid whatever its bits are.
        unsafe {
            std::slice::from_raw_parts(self.map.as_mut_ptr().cast::<Record<W>>(), self.slots.get())
        }
    }
}

/// Asks the processor for the cache line of a value that will be needed soon. Elsewhere than on x86-64 it does nothing.
#[inline]
pub(super) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the instruction belongs to SSE, which every x86-64 processor has. It is a hint that neither reads nor
        // writes as far as the program can tell, and does not fault; the address is that of a live value anyhow.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast::<i8>()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
