//! queueing station SERVERS ARRIVAL-RATE CUSTOMERS, or queueing repair CREWS FAILURE-RATE REPAIRS MACHINES.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use serde::Serialize;
use simcore::{cast, Event, EventHandler, Simulation, SimulationContext};

/// A customer comes, or a machine fails.
#[derive(Clone, Serialize)]
struct Arrival {}

/// The end of a service.
#[derive(Clone, Serialize)]
struct Departure {
    arrived: f64,
}

/// What follows an arrival or a departure.
enum Model {
    /// Another arrival, until there were enough.
    Station { arrival_rate: f64, customers: u64 },
    /// The machine that was repaired fails again, until there were enough repairs.
    Repair { failure_rate: f64, repairs: u64 },
}

struct Station {
    context: SimulationContext,
    model: Model,
    free: usize,
    waiting: VecDeque<f64>,
    arrived: u64,
    departed: u64,
    time: f64,
}

impl Station {
    fn exponential(&self, rate: f64) -> f64 {
        -(1.0 - self.context.rand()).ln() / rate
    }

    fn begin(&self, arrived: f64) {
        self.context.emit_self(Departure { arrived }, self.exponential(1.0));
    }

    fn arrive(&mut self) {
        let now = self.context.time();
        if self.free == 0 {
            self.waiting.push_back(now);
        } else {
            self.free -= 1;
            self.begin(now);
        }
        self.arrived += 1;
        if let Model::Station { arrival_rate, customers } = self.model {
            if self.arrived < customers {
                self.context.emit_self(Arrival {}, self.exponential(arrival_rate));
            }
        }
    }

    fn depart(&mut self, arrived: f64) {
        match self.waiting.pop_front() {
            Some(next) => self.begin(next),
            None => self.free += 1,
        }
        if let Model::Repair { failure_rate, repairs } = self.model {
            if self.departed == repairs {
                return;
            }
            self.context.emit_self(Arrival {}, self.exponential(failure_rate));
        }
        self.time += self.context.time() - arrived;
        self.departed += 1;
    }
}

impl EventHandler for Station {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => { self.arrive() }
            Departure { arrived } => { self.depart(arrived) }
        })
    }
}

/// Mean time in the system, beginning with so many arrivals, each so long after the begin.
fn run(servers: usize, model: Model, first_arrivals: usize, first_rate: f64) -> f64 {
    let mut simulation = Simulation::new(1);
    let context = simulation.create_context("station");
    let station = Rc::new(RefCell::new(Station {
        context,
        model,
        free: servers,
        waiting: VecDeque::new(),
        arrived: 0,
        departed: 0,
        time: 0.0,
    }));
    simulation.add_handler("station", station.clone());
    for _ in 0..first_arrivals {
        let delay = station.borrow().exponential(first_rate);
        station.borrow().context.emit_self(Arrival {}, delay);
    }
    simulation.step_until_no_events();
    let station = station.borrow();
    station.time / station.departed as f64
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let servers: usize = args[2].parse().unwrap();
    let rate: f64 = args[3].parse().unwrap();
    let customers: u64 = args[4].parse().unwrap();
    let run = |count: u64| match args[1].as_str() {
        "repair" => {
            let machines: usize = args[5].parse().unwrap();
            run(servers, Model::Repair { failure_rate: rate, repairs: count }, machines, rate)
        }
        _ => run(servers, Model::Station { arrival_rate: rate, customers: count }, 1, rate),
    };
    run(customers);
    let begin = Instant::now();
    let answer = run(customers);
    println!("{{\"seconds\":{},\"answer\":{}}}", begin.elapsed().as_secs_f64(), answer);
}
