//! buddycheck's line protocol: reads commands from standard input, asks a `Target`, answers on standard output.

use std::io::{self, BufRead, Write};

/// What a free says of itself. `Unknown`: its interface does not tell.
#[allow(dead_code)]
pub enum Answer {
    Accepted,
    Rejected,
    Unknown,
}

/// The pool to open: the pages from `base_pfn` on, without the reserved ranges, whose ends are left out.
pub struct Pool {
    pub max_order: usize,
    pub pages: usize,
    pub base_pfn: usize,
    pub reserved: Vec<(usize, usize)>,
}

impl Pool {
    /// The managed pages, run by run.
    pub fn runs(&self) -> Vec<(usize, usize)> {
        let end = self.base_pfn + self.pages;
        let starts = std::iter::once(self.base_pfn).chain(self.reserved.iter().map(|range| range.1));
        let ends = self.reserved.iter().map(|range| range.0).chain(std::iter::once(end));
        starts.zip(ends).filter(|(start, end)| start < end).collect()
    }
}

/// An allocator under test. What is not among `CALLS` is never asked.
pub trait Target: Sized {
    const CALLS: &'static str;
    fn open(pool: &Pool) -> Option<Self>;
    fn alloc_pages(&mut self, pages: usize) -> Option<usize>;
    fn free(&mut self, _pfn: usize) -> Answer {
        unreachable!("not among CALLS")
    }
    fn free_pages(&mut self, _pfn: usize, _pages: usize) -> Answer {
        unreachable!("not among CALLS")
    }
}

/// Answers until the input ends.
pub fn serve<T: Target>() {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout());
    let mut session: Session<T> = Session { target: None, served: Vec::new() };
    let mut is_sync = false;
    writeln!(out, "buddycheck 1 {}", T::CALLS).unwrap();
    out.flush().unwrap();
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        match line.as_str() {
            "sync" => is_sync = true,
            "end" => out.flush().unwrap(),
            _ => writeln!(out, "{}", session.answer(&line)).unwrap(),
        }
        if is_sync {
            out.flush().unwrap();
        }
    }
}

/// What the requests of this pool were served, and whether that is still live; `None` where they were refused.
struct Session<T> {
    target: Option<T>,
    served: Vec<Option<(usize, bool)>>,
}

impl<T: Target> Session<T> {
    fn answer(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words.get(at).and_then(|word| word.parse::<usize>().ok()).unwrap_or(0);
        let by_pages = matches!(words[0], "g" | "y" | "G");
        match words[0] {
            "pool" => self.open(&words),
            "p" => self.request(number(1)),
            "f" | "g" | "x" | "y" => {
                let honest = matches!(words[0], "f" | "g");
                let (pfn, live) = match self.served.get(number(1)) {
                    Some(Some(served)) => *served,
                    _ => return "-".into(),
                };
                if honest && !live {
                    return "-".into();
                }
                let offset = if honest { 0 } else { number(2) };
                let pages = by_pages.then(|| number(if honest { 2 } else { 3 }));
                let (answer, rejected) = self.free(pfn + offset, pages);
                if honest && !rejected {
                    self.served[number(1)] = Some((pfn, false));
                }
                answer
            }
            "F" | "G" => self.free(number(1), by_pages.then(|| number(2))).0,
            _ => panic!("this target does not know the line {line}"),
        }
    }

    fn open(&mut self, words: &[&str]) -> String {
        let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
        let reserved = numbers[3..].chunks(2).map(|range| (range[0], range[1])).collect();
        let pool = Pool { max_order: numbers[0], pages: numbers[1], base_pfn: numbers[2], reserved };
        self.served.clear();
        // Neither target here knows zones.
        self.target = if words.contains(&"zone") { None } else { T::open(&pool) };
        if self.target.is_some() { "ok".into() } else { "!".into() }
    }

    fn request(&mut self, pages: usize) -> String {
        let block = self.target.as_mut().expect("a pool is open").alloc_pages(pages);
        self.served.push(block.map(|pfn| (pfn, true)));
        block.map_or("!".into(), |pfn| pfn.to_string())
    }

    fn free(&mut self, pfn: usize, pages: Option<usize>) -> (String, bool) {
        let target = self.target.as_mut().expect("a pool is open");
        let answer = match pages {
            None => target.free(pfn),
            Some(count) => target.free_pages(pfn, count),
        };
        match answer {
            Answer::Accepted => ("+".into(), false),
            Answer::Rejected => ("!".into(), true),
            Answer::Unknown => ("?".into(), false),
        }
    }
}
