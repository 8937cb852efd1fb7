//! Two buddy allocators of crates.io under buddycheck, by its line protocol (docs/targets.md).
//!
//!     buddycheck-rust frames        buddy_system_allocator's FrameAllocator, which is asked for frames
//!     buddycheck-rust buddy-alloc   buddy-alloc's BuddyAlloc, which is asked for bytes and has its lists in the pool
//!
//! `protocol.rs` is all that a program of yours needs besides its own `Target`.

mod protocol;

use buddy_alloc::buddy_alloc::{BuddyAlloc, BuddyAllocParam};
use buddy_system_allocator::FrameAllocator;
use protocol::{serve, Answer, Pool, Target};
use std::alloc::{alloc, dealloc, Layout};

/// The crate's largest order is a constant of its type.
trait Frames {
    fn add(&mut self, start: usize, end: usize);
    fn alloc(&mut self, count: usize) -> Option<usize>;
    fn dealloc(&mut self, start: usize, count: usize);
}

impl<const ORDERS: usize> Frames for FrameAllocator<ORDERS> {
    fn add(&mut self, start: usize, end: usize) {
        self.add_frame(start, end);
    }
    fn alloc(&mut self, count: usize) -> Option<usize> {
        FrameAllocator::alloc(self, count)
    }
    fn dealloc(&mut self, start: usize, count: usize) {
        FrameAllocator::dealloc(self, start, count);
    }
}

struct FrameTarget(Box<dyn Frames>);

impl Target for FrameTarget {
    const CALLS: &'static str = "alloc-pages free-pages";

    fn open(pool: &Pool) -> Option<Self> {
        let mut frames: Box<dyn Frames> = match pool.max_order {
            0 => Box::new(FrameAllocator::<1>::new()),
            1 => Box::new(FrameAllocator::<2>::new()),
            2 => Box::new(FrameAllocator::<3>::new()),
            3 => Box::new(FrameAllocator::<4>::new()),
            4 => Box::new(FrameAllocator::<5>::new()),
            5 => Box::new(FrameAllocator::<6>::new()),
            6 => Box::new(FrameAllocator::<7>::new()),
            7 => Box::new(FrameAllocator::<8>::new()),
            8 => Box::new(FrameAllocator::<9>::new()),
            9 => Box::new(FrameAllocator::<10>::new()),
            10 => Box::new(FrameAllocator::<11>::new()),
            _ => return None,
        };
        for (start, end) in pool.runs() {
            frames.add(start, end);
        }
        Some(FrameTarget(frames))
    }

    fn alloc_pages(&mut self, pages: usize) -> Option<usize> {
        self.0.alloc(pages)
    }

    fn free_pages(&mut self, pfn: usize, pages: usize) -> Answer {
        self.0.dealloc(pfn, pages);
        Answer::Unknown
    }
}

const PAGE: usize = 4096;

/// Blocks are counted from the pool's first page. The allocator keeps its books in front of it, in the same memory.
/// It knows neither a largest order nor reserved pages: larger requests are refused here, and reserved pages are
/// taken from it at the opening and never given back.
struct HeapTarget {
    heap: BuddyAlloc,
    memory: *mut u8,
    layout: Layout,
    first: usize,
    largest: usize,
}

impl Target for HeapTarget {
    const CALLS: &'static str = "alloc-pages free";

    fn open(pool: &Pool) -> Option<Self> {
        if pool.base_pfn != 0 {
            return None;
        }
        // How much memory the books take is known only afterwards: look for a size that leaves the pages asked for.
        for extra in 1..64 {
            let layout = Layout::from_size_align((pool.pages + extra) * PAGE, PAGE).ok()?;
            let memory = unsafe { alloc(layout) };
            let heap = unsafe { BuddyAlloc::new(BuddyAllocParam::new(memory, layout.size(), PAGE)) };
            if heap.available_bytes() == pool.pages * PAGE {
                let first = memory as usize + layout.size() - heap.available_bytes();
                let mut target = HeapTarget { heap, memory, layout, first, largest: 1 << pool.max_order };
                target.withhold(&pool.reserved);
                return Some(target);
            }
            unsafe { dealloc(memory, layout) };
        }
        None
    }

    fn alloc_pages(&mut self, pages: usize) -> Option<usize> {
        if pages > self.largest {
            return None;
        }
        let block = self.heap.malloc(pages * PAGE) as usize;
        // A client's bytes lie where the allocator's links were.
        if block != 0 {
            unsafe { std::ptr::write_bytes(block as *mut u8, 0xa5, pages * PAGE) };
        }
        (block != 0).then(|| block.wrapping_sub(self.first) / PAGE)
    }

    fn free(&mut self, pfn: usize) -> Answer {
        self.heap.free((self.first + pfn * PAGE) as *mut u8);
        Answer::Unknown
    }
}

impl HeapTarget {
    /// Takes every page, and gives back those that are not reserved.
    fn withhold(&mut self, reserved: &[(usize, usize)]) {
        if reserved.is_empty() {
            return;
        }
        let mut taken = Vec::new();
        while let Some(pfn) = self.alloc_pages(1) {
            taken.push(pfn);
        }
        for pfn in taken {
            if !reserved.iter().any(|range| range.0 <= pfn && pfn < range.1) {
                self.free(pfn);
            }
        }
    }
}

impl Drop for HeapTarget {
    fn drop(&mut self) {
        unsafe { dealloc(self.memory, self.layout) };
    }
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("frames") => serve::<FrameTarget>(),
        Some("buddy-alloc") => serve::<HeapTarget>(),
        _ => {
            eprintln!("usage: buddycheck-rust frames|buddy-alloc");
            std::process::exit(2);
        }
    }
}
