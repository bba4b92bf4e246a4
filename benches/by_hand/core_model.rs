//! The core model with `N` nodes and `M` Exchange virtual servers, explored by a plain breadth-first loop: written by hand
//! for this very model, over the standard library's set of `u64` with its own hasher. It is what somebody would write who
//! knows Rust and the model and wants the answer, not a record; it shares no code with rollproof.
//!
//! A state is one `u64`: five bits for each node, then five for each server, then the faults that are left.

use std::collections::HashSet;

const NODE_BITS: usize = 5;
const SERVER_BITS: usize = 5;

const SP1: u64 = 1;
const HOTFIX: u64 = 1 << 1;
const PENDING: u64 = 1 << 2;
const POWER: u64 = 3 << 3;
const UP: u64 = 0;
const REBOOTING: u64 = 1 << 3;
const DOWN: u64 = 2 << 3;

const ONLINE: u64 = 1 << 1;
const HOST_SHIFT: usize = 2;

/// What the loop counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub states: u64,
    pub edges: u64,
    /// Levels after the first.
    pub depth: u64,
    /// States in which `no_mismatched_failover` does not hold.
    pub mismatched: u64,
}

/// The size and what is fixed.
#[derive(Clone, Copy, Debug)]
pub struct CoreModel<const N: usize, const M: usize> {
    /// Only an empty node may be rebooted.
    pub drain: bool,
    pub faults: u64,
}

/// A state with its fields apart.
#[derive(Clone, Copy)]
struct State<const N: usize, const M: usize> {
    /// `SP1`, `HOTFIX`, `PENDING` and `POWER` of each node.
    nodes: [u64; N],
    /// `SP1` and `ONLINE` of each server.
    servers: [u64; M],
    hosts: [usize; M],
    faults_left: u64,
}

impl<const N: usize, const M: usize> State<N, M> {
    fn unpack(packed: u64) -> Self {
        let servers = packed >> (N * NODE_BITS);
        Self {
            nodes: std::array::from_fn(|i| (packed >> (i * NODE_BITS)) & 0b11111),
            servers: std::array::from_fn(|j| (servers >> (j * SERVER_BITS)) & 0b11),
            hosts: std::array::from_fn(|j| {
                ((servers >> (j * SERVER_BITS + HOST_SHIFT)) & 0b111) as usize
            }),
            faults_left: servers >> (M * SERVER_BITS),
        }
    }

    fn pack(&self) -> u64 {
        let mut packed = self.faults_left;
        for j in (0..M).rev() {
            packed = packed << SERVER_BITS | (self.hosts[j] as u64) << HOST_SHIFT | self.servers[j];
        }
        for i in (0..N).rev() {
            packed = packed << NODE_BITS | self.nodes[i];
        }
        packed
    }

    fn up(&self, i: usize) -> bool {
        self.nodes[i] & POWER == UP
    }

    fn hosts_any(&self, i: usize) -> bool {
        self.hosts.contains(&i)
    }

    /// Whether the node would be too crowded with server `j` and another one.
    fn too_crowded(&self, i: usize, j: usize) -> bool {
        N > 2 && (0..M).any(|other| other != j && self.hosts[other] == i)
    }

    fn mismatched(&self) -> bool {
        (0..M).any(|j| {
            self.servers[j] & ONLINE != 0
                && self.up(self.hosts[j])
                && (self.servers[j] ^ self.nodes[self.hosts[j]]) & SP1 != 0
        })
    }

    fn with_node(mut self, i: usize, node: u64) -> u64 {
        self.nodes[i] = node;
        self.pack()
    }

    fn with_server(mut self, j: usize, server: u64) -> u64 {
        self.servers[j] = server;
        self.pack()
    }

    fn with_host(mut self, j: usize, host: usize) -> u64 {
        self.hosts[j] = host;
        self.pack()
    }
}

impl<const N: usize, const M: usize> CoreModel<N, M> {
    fn initial(&self) -> u64 {
        State::<N, M> {
            nodes: [0; N],
            servers: [ONLINE; M],
            hosts: std::array::from_fn(|j| j),
            faults_left: self.faults,
        }
        .pack()
    }

    /// Appends what one step can make of a state, once for each step.
    fn successors(&self, state: &State<N, M>, next: &mut Vec<u64>) {
        for i in 0..N {
            self.steps_of_node(state, i, next);
        }
        for j in 0..M {
            steps_of_server(state, j, next);
        }
    }

    fn steps_of_node(&self, state: &State<N, M>, i: usize, next: &mut Vec<u64>) {
        let node = state.nodes[i];
        match node & POWER {
            UP => {
                // apply_hotfix
                if node & HOTFIX == 0 {
                    next.push(state.with_node(i, node | HOTFIX | PENDING));
                }
                // reboot
                if !(self.drain && state.hosts_any(i)) {
                    next.push(state.with_node(i, node & !PENDING | REBOOTING));
                }
                // install_sp1
                if node & (HOTFIX | PENDING | SP1) == HOTFIX && !state.hosts_any(i) {
                    next.push(state.with_node(i, node | SP1 | PENDING));
                }
                // crash
                if state.faults_left > 0 {
                    let mut crashed = *state;
                    crashed.faults_left -= 1;
                    next.push(crashed.with_node(i, node | DOWN));
                }
            }
            // boot, repair
            _ => next.push(state.with_node(i, node & !POWER)),
        }
    }
}

fn steps_of_server<const N: usize, const M: usize>(
    state: &State<N, M>,
    j: usize,
    next: &mut Vec<u64>,
) {
    let server = state.servers[j];
    let host = state.hosts[j];
    let node = state.nodes[host];
    if !state.up(host) {
        // failover
        for target in 0..N {
            if target != host && state.up(target) {
                next.push(state.with_host(j, target));
            }
        }
        return;
    }
    let online = server & ONLINE != 0;
    let same_build = (server ^ node) & SP1 == 0;
    // take_offline
    if online {
        next.push(state.with_server(j, server & !ONLINE));
    }
    // move
    for target in 0..N {
        let fits = (server ^ state.nodes[target]) & SP1 == 0 && state.nodes[target] & PENDING == 0;
        if target != host && state.up(target) && !state.too_crowded(target, j) && (!online || fits)
        {
            next.push(state.with_host(j, target));
        }
    }
    if !online && node & PENDING == 0 {
        // upgrade_evs
        if server & SP1 == 0 && node & SP1 != 0 {
            next.push(state.with_server(j, server | SP1));
        }
        // bring_online
        if same_build && !state.too_crowded(host, j) {
            next.push(state.with_server(j, server | ONLINE));
        }
    }
}

impl<const N: usize, const M: usize> CoreModel<N, M> {
    /// Visits every reachable state once, level by level.
    pub fn explore(&self) -> Counts {
        let mut counts = Counts::default();
        let mut seen = HashSet::from([self.initial()]);
        let mut level = vec![self.initial()];
        let mut next_level = Vec::new();
        let mut successors = Vec::new();
        while !level.is_empty() {
            for &packed in &level {
                let state = State::<N, M>::unpack(packed);
                counts.states += 1;
                counts.mismatched += u64::from(state.mismatched());
                self.successors(&state, &mut successors);
                counts.edges += successors.len() as u64;
                next_level.extend(successors.drain(..).filter(|&next| seen.insert(next)));
            }
            std::mem::swap(&mut level, &mut next_level);
            next_level.clear();
            counts.depth += u64::from(!level.is_empty());
        }
        counts
    }
}

/// What `core-model.md` says of the sizes that are run here: nodes, servers, faults, drain, states, edges, depth, mismatched.
pub fn check_known_rows() {
    fn row<const N: usize, const M: usize>(faults: u64, drain: bool, known: [u64; 4]) {
        let [states, edges, depth, mismatched] = known;
        let known = Counts {
            states,
            edges,
            depth,
            mismatched,
        };
        assert_eq!(CoreModel::<N, M> { drain, faults }.explore(), known);
    }
    row::<2, 1>(0, true, [176, 462, 17, 0]);
    row::<2, 1>(0, false, [368, 1_218, 18, 44]);
    row::<2, 1>(1, true, [704, 2_084, 19, 62]);
    row::<3, 2>(0, true, [6_816, 26_688, 28, 0]);
    row::<4, 2>(0, true, [119_424, 726_624, 34, 0]);
}

/// The size at which engines are compared: 5 nodes, 3 servers, no faults, drain.
pub const RACED: CoreModel<5, 3> = CoreModel {
    drain: true,
    faults: 0,
};

/// What is known of [`RACED`].
pub const RACED_COUNTS: Counts = Counts {
    states: 8_402_880,
    edges: 66_010_800,
    depth: 45,
    mismatched: 0,
};
