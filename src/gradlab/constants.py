"""Every tuned number of the checker: what it does, its unit, and how it was found.

None depends on your network. Each says what it does; how it was found, which is "Derived", from what, or "Tuned", on
what, or "Chosen", and why, or "Quoted"; and its unit. What follows exactly, such as Richardson's divisors, stands
where it is used. A page of the site shows them, each beside what half and twice of it do, as measured by
`python -m benchmarks.constants`.
"""

from __future__ import annotations

SAFETY = 3.0
"""Standard deviations of the noise of one value that a slope over the step h is given: bound = SAFETY · σ / h.

Chosen: a central difference has noise σ / (√2 · h), so that this is 4.2 of its own. One slope in 40,000 is off by
more, if noise is normal.

Unit: standard deviations."""

INSIDE = 0.6
"""Round-offs of θ, times its slope, that each value is given as noise: as if a sum inside, as large as θ, rounded.

Derived: what a rounding leaves is spread evenly up to one round-off, with a standard deviation of 0.58 of that.
Where the cost is small beside θ · J′, as log(1 − θ) at the edge of its domain, it is far more than its last digit.

Unit: round-offs of θ."""

AGAINST = 0.7
"""Share of its noise bound that a slope at a shorter step is given, if it is to speak against a longer one.

Tuned on ReLU networks, to notice a longer step that averages over kinks. It is about one standard deviation
of the slope.

Unit: share of a noise bound."""

HIDDEN = 0.6
"""Share of the gap (forward minus backward slope) at step 0 that a bound is given for a kink that noise hides.

Derived: a kink shifts a central slope by half of the gap; the rest is reserve.

Unit: share of the gap."""

SHRINK = 0.7
"""The slopes of both sides must come together at least so much from one step to the next, a factor of √10 shorter.

Derived: 0.32 where f is smooth, 0.56 for |x|^1.5, 1 at a kink. 0.7 stands between.

Unit: ratio of neighbouring gaps."""

CONVERGING = 0.5
"""The change of the slope must fall at least so much from one step to the next.

Derived: 0.1 for a smooth f, 0.32 where the second derivative jumps.

Unit: ratio of neighbouring changes."""

SLOWEST = 0.75
"""The slowest rate of convergence, from step to step, at which a rest of the series is still charged.

Derived: a power |x|^p has the rate 10^((1 − p)/2), which is 0.75 at p = 1.25 and less for larger powers.

Unit: ratio of neighbouring changes."""

RESERVE = 1.2
"""Times the rest of a geometric series that is charged for truncation at the rate that is observed.

Tuned on powers |x|^p with p from 1.4 to 4, to hold in all of them.

Unit: times the rest of a series."""

SEEN = 8.0
"""Times its noise bound that a gap must be to be a kink's or a jump's, and to rule out longer steps.

Derived: the gap has at most 4/3 of the noise of the slope, and measured noise may be too low by 3: the gap is then
known to half of itself at worst.

Unit: times a noise bound."""

LEVEL = 0.2
"""Share by which the gap of a kink may change within a decade of steps.

Derived: 0 at a kink, 0.9 at a jump, 0.68 at √|x|, 0.21 at |x|^0.9.

Unit: share of the gap."""

PROBED = 0.02
"""The noise of a slope, as a share of the gap, down to which a kink is looked at once more.

Tuned on kinks beside the point, to see on which side of it they lie.

Unit: share of the gap."""

STILL = 1e-9
"""A line that stands still at one step has noise if another step moves it, by at most this share of the cost.

Tuned on sums that are constant up to round-off, against steps too short to move a number.

Unit: share of the cost."""

COARSE = 1e-3
"""Bound, as a share of the value, above which a line is tried one step further up than it needs.

Chosen: three digits are enough to go on with; the step more costs two evaluations.

Unit: share of the value."""

UNSHARP = 0.1
"""Bound, as a share of the value, above which a line is tried at shorter steps though a longer one was best.

Chosen: one digit, below which no verdict can be had (SMALL).

Unit: share of the value."""

SLACK = 3.0
"""Times the measured noise that a line is given that contradicts itself.

Derived: noise is measured from a dozen values, and so is too low by a factor of 3 in one case of a hundred.

Unit: times a noise."""

CLOSER = 4
"""Rungs, two decades, by which a line goes down before it is called wrong.

Tuned on ReLU networks, to see past kinks near by.

Unit: rungs, two a decade."""

CLEAR = 1e-3
"""Noise of the first look, as a share of the slope, down to which it may settle an entry that agrees within it.

Chosen: two independent numbers meet within a thousandth by accident in one entry of a thousand.

Unit: share of the slope."""

CLOSE = 1e-7
"""Share of the slope within which both sides agree outright, whatever the noise.

The course's own limit. The bound of such an entry is this share, for no more was tested.

Quoted: the level that the course calls great.

Unit: share of the slope."""

ENOUGH = 1e-7
"""Bound, as a share of the slope, at which the search for a smaller one ends: seven digits tell any bug from none.

Chosen: CLOSE asks for no more.

Unit: share of the slope."""

ROUNDED = 1e4
"""Times the round-off of theta at which that search ends: three digits in float32.

Chosen: float32 has seven digits, and a slope that is worth its evaluations has three.

Unit: times the round-off of theta."""

SAMPLE = 64
"""Doubtful entries of a block that are looked at closely before the rest is judged like them.

Chosen: if only three quarters of all are wrong, nine tenths of 64 are in two blocks of a thousand.

Unit: entries."""

BEYOND = 2.0
"""Times its bound that a difference must be to be WRONG: among thousands of bounds one may be too small.

Derived: of normal noise, a bound of 4.2 σ is exceeded once in 40,000 times, and a network has thousands of entries;
twice the bound is exceeded never.

Unit: times a bound."""

SMALL = 0.1
"""Share of a number below which a bound is small beside it: one digit is then sure.

Chosen: one digit tells a sign, a factor of 2, a forgotten term.

Unit: share of a number."""

NEGLIGIBLE = 0.01
"""Share of a block's rms below which a bound leaves only entries untested that hardly matter.

Chosen: an entry of a hundredth adds 1e-4 to the square of the norm of its block.

Unit: share of an rms."""

GAP = 4.0
"""Noise of the gap (J⁺ + J⁻ − 2J) / h, in that of one value over h.

Derived: what its weights add up to.

Unit: times a noise over the step."""

TINY = 0.1
"""Size of a block of numbers below which noise may push all of its steps, as in a block of zeros.

Chosen: for larger numbers, steps up to their own size are long enough for the noise of a cost near 1.

Unit: size of a parameter."""

PUSHED = 10.0
"""Times the noise that the slope along such a block may change from step to step: more is truncation.

Derived: noise alone changes it by 0.74 of the noise of one value over the shorter step; the rest is reserve, for
noise that was measured too low.

Unit: times a noise."""

LONGEST_PUSH = 40
"""Rungs, twenty decades, that such a block is pushed at most.

Derived: from numbers of 1e-20 to steps of 0.3.

Unit: rungs, two a decade."""

LOWEST_BLOCK_RUNG = -14
"""The lowest rung, 1e-7 of the scale, at which a block begins: below it round-off is all there is.

Derived: the best step of a forward difference in float64 is √u, 1e-8, that of a central one longer.

Unit: rungs, two a decade."""

BLOCK_START = -9
"""The rung, 3e-5 of the scale, at which the search for a block's step begins.

Derived: there truncation and noise meet in float64 for a cost of size 1. From there it goes up or down.

Unit: rungs, two a decade."""

LONGER = 10.0
"""Times the step for its size that an entry may take in a block of larger ones.

Chosen: steps are a hundredth of the scale or less as a rule, so that ten of them change no sign: log is not asked at
−1e-5.

Unit: times the step."""

PUSHED_TO = 0.3
"""Longest step that noise may ask for, as a share of the scale: of an entry, of its block's rms, or absolute near 0.

Derived: a third keeps the sign of an entry, and two rungs above it, where truncation is seen, are whole periods of
most functions.

Unit: share of a scale."""

ARITHMETIC = 8.0
"""Round-offs of a slope that the arithmetic of its own estimate is given.

Derived: two subtractions, a division and the two multiplications of Richardson's step, half an ulp each, doubled.

Unit: times a round-off."""

OPPOSING = 4
"""Rungs below a long step, two decades, whose slopes may speak against it.

Tuned on ReLU networks: at shorter steps noise is too loud to say anything.

Unit: rungs, two a decade."""

LOST = -20
"""The lowest rung for a line that has no value yet: 1e-10 of the scale.

Derived: with a noise of 1e-16 of the cost nothing is left of a slope of size 1 below it but six digits.

Unit: rung, two a decade."""

MOSTLY = 0.9
"""Share of a sample that must be wrong before the rest of its block is judged by the first look.

Chosen: a block of which so much is wrong is reported as wrong, whatever the rest says.

Unit: share of a sample."""

STAND_IN = 10.0
"""Times the worst error of the first look in the sample that the rest is given then.

Chosen: the error of the first look differs from entry to entry; one that is still beyond ten times the worst of a
sample is wrong, and all others are refined.

Unit: times an error."""

AFAR = (-2, -4)
"""Rungs beside the highest, a tenth and a hundredth of the scale, from which it is seen whether a cost jumps.

Chosen: two steps, so that one lucky step is not believed; longer ones leave the neighbourhood of the point.

Unit: rungs, two a decade."""

WIDE = (0.3, 1.0, 3.0)
"""Steps at which a line that is flat is asked once more: does the cost jump there?

Chosen: on a stair wider than three times the parameter nothing tells a rounded cost from one that does not use it.

Unit: share of a scale."""

STAIR_LINES = 6
"""Lines of a block that are tried for stairs before the rest is left in peace.

Chosen: a cost that is rounded shows it along every line; six leave room for lines that do not move it.

Unit: lines."""

STAIR_ENTRIES = 4
"""Wrong entries found by bisection that are asked for stairs before the rest is left in peace.

Chosen: where a cost seems to be rounded each takes some 150 evaluations, and six lines of the block may have been
asked before.

Unit: entries."""

FITS_AFAR = 3.0
"""Factor by which an analytic slope must lie nearer to the cost's slope from afar than to that beside the point.

Tuned on networks with float16, int8 and cancelling logarithms inside, of which 20 evenly spaced jumps are seen.

Unit: ratio."""

NEARER = 8
"""Rungs, four decades, below the one that told a slope, at which one that seems wrong may fit after all.

Chosen: from the scale of a parameter down to steps that noise forbids.

Unit: rungs, two a decade."""

FITS_NEAR = 0.1
"""Share of what an analytic slope is off, by which it must miss the cost's slope at shorter steps, to fit there.

Chosen: noise makes it fit at two neighbouring steps by chance in one line of some hundreds.

Unit: share of a difference."""

PRECISE = 1e-5
"""Bound, as a share of the slope, below which the step that told it averages over no jumps.

Chosen: what is known to five digits was told by short steps, or is smooth; it saves evaluations.

Unit: share of a slope."""

ON_THE_WAY = 8
"""Points on the way to such a long step whose slopes must add up to it, if there are no jumps.

Derived: one kink on the way is placed to 1/16 of it, an eighth of what `UNEXPLAINED` leaves.

Unit: points."""

UNEXPLAINED = 0.5
"""Share of the difference of both slopes that the slopes on the way may leave to jumps.

Chosen: the middle between a kink, which leaves nothing, and a jump, which leaves all.

Unit: share of a difference."""

SECOND_LOOKS = 8
"""Entries of a block that seem wrong at a given step, and are looked at with steps of their own.

Chosen: a report lists no more entries (FOUND).

Unit: entries."""

JOINT_LINES = 4
"""Directions through all entries at kinks, to hold them together: all up, and three with random signs.

Chosen: a gradient that is wrong there, but between both slopes of every entry, passes one of them by chance at most
in half of the cases.

Unit: directions."""

ASIDE = 1e-4
"""Distance to which params are moved where entries at kinks do not hold together, as a share of their scale.

Derived: a hundred times the steps that tell a slope to five digits, and too little to leave the piece one means.

Unit: share of a scale."""

DERIVATIVE_START = -10
"""The first rung of `derivative`: 1e-5 of x, and two longer ones.

Derived: the best step of a central difference in float64 is u^(1/3) = 5e-6.

Unit: rung, two a decade."""

DERIVATIVE_NEAREST = -15
"""The rung at which a value of `derivative` is tried once more: 3e-8 of x.

Chosen: that of a noise table. What is narrower is not looked for where f is smooth around it.

Unit: rung, two a decade."""

DERIVATIVE_ENOUGH = 1e-10
"""Bound, as a share of the value, at which `derivative` ends its search for a better step.

Chosen: with ten digits a step more brings little, since round-off leaves eleven to twelve.

Unit: share of the value."""

DERIVATIVE_POINTS = 7
"""Evaluations for one noise table of `derivative`: the answer is too low by 3 in one case of a hundred.

Chosen: one value more or less is felt where a derivative takes fifteen.

Unit: evaluations."""

GRADIENT_ENOUGH = 3e-9
"""Bound, as a share of the value, at which `numeric_gradient` ends its search for a better step.

Chosen: two digits more than any check asks for (CLOSE).

Unit: share of the value."""

TWO_STEPS = 1.5
"""Share of the change between two steps that is charged where no third is asked.

Derived: 1/9 where f is smooth, 0.6 / (1 − 0.6) = 1.5 where the change falls as at the knee of |x|^1.5.

Unit: share of a change."""

TWO_STEPS_ENOUGH = 1e-7
"""Bound, as a share of the rms of a block's slopes, at which `numeric_gradient` is content, mostly at two steps.

Chosen: no more is asked of a check (CLOSE). A smaller one costs half of the entries some six evaluations more.

Unit: share of a slope."""

TWO_STEPS_USUAL = 8.0
"""Times what the line through its block promises, truncation and noise, at which a bound is enough all the same.

Chosen: entries differ, and few of them by more. Where noise leaves less than TWO_STEPS_ENOUGH asks for, all entries
of a block would else take some six evaluations more for one digit.

Unit: times an error."""

TWO_STEPS_COARSE = 1e-6
"""Bound, as a share of the rms of a block's slopes, above which that is not enough.

Chosen: six digits are left, where seven are asked for.

Unit: share of a slope."""

GRADIENT_EVALUATIONS = 3
"""Evaluations an entry that `numeric_gradient` takes on average: only what is said before a long run depends on it.

Tuned on networks with tanh, and on sums of smooth terms.

Unit: evaluations."""

FOR_A_BLOCK = 8
"""Evaluations that the search for the step of a block takes, if its cost is smooth and of no odd scale.

Tuned on networks and sums of smooth terms. Where all blocks together take more than an entry each, entries are asked
at the usual step first.

Unit: evaluations."""

PLAIN = (1e-3, 10.0)
"""Share of a slope, or of what is usual in its block, by which both sides may differ at the first of three points.

And times that and the step: as long steps make of the curvature of most smooth costs.

Chosen: a kink that is larger may lie where the third point misses it.

Unit: shares of a slope."""

FEW = 4.0
"""Times the evaluations that tell noise and the steps of blocks beforehand: so many entries are asked without these.

Chosen: all would be more than four evaluations an entry for a few entries; and if these are not smooth, three
evaluations of each of them are in vain.

Unit: entries an evaluation."""

ODD = 0.3
"""Share of few entries that have steps of their own where the common one is not good enough.

Chosen: if more of them are doubtful, so is what they say of the noise.

Unit: share of entries."""

FEWEST = 8
"""Entries that move the cost, from which on they tell its noise themselves.

Derived: if three quarters of eight leave less than a third of what noise leaves, which has a chance of 0.005, it is
taken for less than a third of what it is.

Unit: entries."""

UNLUCKY = 1000.0
"""Cases of which one may leave less than the noise that entries are taken to tell.

Derived: with `COVERED`, one bound in 60,000 is then too small, where noise rules and is normal; one in 40,000 is what
`SAFETY` leaves where noise is known. A simulation with the shared value at the point says one in 40,000 to 300,000.

Unit: cases."""

COVERED = 2.4
"""Standard deviations of a value that its bound is at least in these cases.

Derived: one normal number in 60 is larger.

Unit: standard deviations."""

PILOTS = (-10, -5, -2)
"""Rungs along a line through few entries: 1e-5 of the scale, 3e-3, and a tenth if that shows no truncation.

Chosen: at the first noise rules in float64, at the second truncation, unless the cost is nearly a parabola or large.

Unit: rungs, two a decade."""

NOISE_POINTS = 11
"""Evaluations for one noise table of a check.

Chosen: a check takes many more, and of eleven values several orders of differences can be compared.

Unit: evaluations."""

EVEN = 0x155555 / 2**20
"""Times a power of 2, the unit of the steps of noise tables: 1.33 in 21 binary digits.

Derived: such steps move numbers by whole ulps, and to no short decimals, at which a rounded cost would look exact.

Unit: times a power of 2."""

TABLES = (1, 2**7, 2**13)
"""Steps of the noise tables, in units of the root of the round-off of theta: 2e-8, 2.5e-6 and 1.6e-4 of the scale.

A table that cannot tell, since the cost is smooth in it or stands still, is followed by the next.

Derived: the first is as near as steps of whole ulps allow; the longest stay below the steps of a check.

Unit: times √u of the scale."""

NEAR_TABLES = (2.0**-9, 2.0**-17)
"""Steps of two more tables, in units of the first, for a cost that moves too much in that to show its noise.

Chosen: 4e-11 and 2e-13 of the scale, for a parameter that ends so near to the edge of a domain; in float32 they move
nothing, and so say nothing.

Unit: times the step of the first table."""

LONG_TABLES = (2**20, 2**23)
"""Steps of two more tables for a cost that stands still in these: a coarse staircase shows itself there.

Tuned on costs that were rounded or printed to few digits.

Unit: times √u of the scale."""

AGREEING = 4.0
"""Factor within which three orders of differences must agree to be noise. Moré and Wild 2011.

Quoted: as in their algorithm.

Unit: ratio."""

DOUBTED = 100.0
"""Times the round-off of the cost above which a noise is measured once more, nearer and on the other side.

Tuned on costs of float64 with sums of a hundred terms, whose round-off is some ten times that of the result.

Unit: times the round-off of the cost."""

SUSPICIOUS = 1e8
"""Times the round-off of the cost above which a noise is measured at single ulps, too: is it a fast wave?

Tuned on waves of which many periods fit into one table. Below, it may be the round-off of a sum inside that is far
larger than the cost; at single ulps of a small parameter such a sum stands still.

Unit: times the round-off of the cost."""

QUIETER = 8.0
"""Factor by which a second table must be quieter to be believed before the first.

Derived: twice the factor 4 within which one table knows its own noise.

Unit: ratio."""

POLE = 16.0
"""Times what a row of values spans, above which a change between two points within it is that of a pole.

Derived: between two points normal noise hardly ever changes by seven standard deviations, and eleven values of it
hardly ever span less than one; sixteen is twice that. A pole's change doubles with each halving of the interval.

Unit: spans of the row."""

BISECTION_START = -8
"""The first rung along random directions: 1e-4 of the scale of each entry.

Derived: a slope along many entries has more noise beside it than that of one, and wants a longer step than 1e-5.

Unit: rung, two a decade."""

FOUND = 8
"""Wrong entries after which a bisection ends: so many show what is wrong. Several wrong blocks share them.

Chosen: a report lists no more.

Unit: entries."""

SEARCHED = 3
"""Blocks, the worst, that are searched for a wrong entry where more than `FOUND` are wrong along directions.

Chosen: a search takes as long as comparing ten blocks along one direction.

Unit: blocks."""

MANY_GROUPS = 8
"""Groups of blocks from which on, if most of them are wrong, their blocks are looked at one by one.

Derived: halving so many groups further takes as many directions as their blocks if most of these are wrong.

Unit: groups."""

TRIES = 4
"""Bisections of a whole block before it is said that no entry can be found.

Derived: mistakes cancel in one with a chance of 1/2, in all with 1/16.

Unit: bisections."""

HEARD = 1e-4
"""Bound of the slope along all blocks, as a share of that of one block, above which this one drowns in the others.

Chosen: four digits of the block are then still heard in the sum.

Unit: share of a slope."""

ROUNDED_SUM = 1e6
"""Times the round-off of theta that this share is at least: one digit in float32.

Chosen: the bound of a sum in float32 is no smaller.

Unit: times the round-off of theta."""

ROOM = 2**24
"""Numbers in the directions that workers are given at once: 128 MB.

Chosen: memory; no verdict depends on it.

Unit: numbers."""

SYMMETRY_PAIRS = 2
"""Pairs of random directions in which the symmetry of a gradient's derivative is tried; each costs 16 gradients.

Chosen: one pair sees any asymmetry, but for bad luck with chance 0; the second checks the first.

Unit: pairs."""

SYMMETRY_STEPS = (1e-3, 1e-4, 1e-5, 1e-6)
"""Steps of these differences, as shares of the scale of theta: the neighbours that agree best are taken.

Chosen: one step a decade about 1e-5, the best step in float64.

Unit: share of the scale."""

SYMMETRY_CLEAR = 1e-3
"""Bound, as a share of the derivative, down to which "symmetric" is said.

Chosen: three digits.

Unit: share of the derivative."""

BESIDE_EDGE = 1e-4
"""Share of an entry that it must be away from its bounds to be moved to both sides; nearer, steps go to one side.

Chosen: a central difference at a ten thousandth of an entry is good to eleven digits.

Unit: share of an entry."""

AT_EDGE = 4.0
"""Noise of a one-sided slope over three points, (−3 f(0) + 4 f(h) − f(2h)) / 2h, in that of a central one.

Derived: the weights add up to 8 / 2 in size, at worst; those of a central difference to 1.

Unit: times a noise."""

SHORT_DIGITS = 12
"""Binary digits up to which a value does not tell float32 from float64: every dtype holds numbers as short as this.

Chosen: between the 24 digits of float32 and the few of whole numbers, counts and halves.

Unit: binary digits."""

SAME_ANSWER = 1e-6
"""Share by which two answers of grads at the same params may differ without being called random.

Chosen: far above what a sum in another order does, in float32 too, and far below what a random draw does.

Unit: share of an entry."""

LINEAR = 1e-9
"""Share of its largest entry by which backward may break a rule that it keeps exactly but for rounding: linear in its
upstream gradient, the same however that lies in memory.

Chosen: sums of millions of terms in another order differ by less in float64.

Unit: share of the largest entry."""

LINEAR_SINGLE = 1e-3
"""The same where a gradient is float32.

Chosen: as far above its round-off of 6e-8 as long sums that cancel need.

Unit: share of the largest entry."""

NOTABLE = 1e-6
"""Share by which such a rule must be broken to be noted where the gradient is wrong in any case.

Chosen: it decides no verdict then.

Unit: share of the largest entry."""

NOTABLE_UNDECIDED = 2.0**-5
"""The same where the gradient is undecided.

Derived: eight round-offs of bfloat16, 2⁻⁸, which are no fault of backward.

Unit: share of the largest entry."""

ADJOINT = 64.0
"""Round-offs of the sum of all terms by which ⟨R, J v⟩ and ⟨Jᵀ R, v⟩ may differ.

Chosen: both sums run in another order; a sum by pairs of 2⁶⁴ terms has at most 64 round-offs.

Unit: spacings of floating-point numbers at 1 (eps)."""

JVP_DIRECTIONS = 3
"""Random directions along which `check_jvp` compares.

Derived: two mistakes of one size cancel along a random ±1 direction with a chance of 1/2, along three with 1/8. More
are a matter of `directions=`.

Unit: directions."""

DERIVATIVE_ROUNDED = 100.0
"""Round-offs of x, as a share of the value, at which it ends its search in any case: two digits less than x has.

Chosen: in float32 no step brings more.

Unit: round-offs of x."""

ROW = 0.0125
"""Step of the row of eleven values with which `derivative` begins, as a share of |x|.

Tuned on sin, exp, tanh, log, sqrt, x³, arctan and the sigmoid. The rest of order ten is below round-off there, even
of log x, whose series ends to converge at the distance |x|; a longer step has less noise.

Unit: share of |x|."""

ROW_AGAIN = (8.0, 64.0)
"""Times shorter a second row is, and a third, where those before are too long for a slope that settles.

Derived: the rest of order ten is then less by 8¹⁰ = 1e9 each time, and noise is more by 8.

Unit: ratio of steps."""

ROW_NOISY = 1e-5
"""Bound, as a share of the value, at which a smooth row is enough if noise rules it: shorter steps have more of that.

Chosen: with fewer digits than five it may pay to look for longer steps.

Unit: share of the value."""

ROW_NEAR = (2.0**-10, 2.0**-19)
"""Steps of two pairs beside the point, in units of the row's: 1e-5 and 2e-8 of |x|.

Chosen: the best step of a central difference, and that of a noise table: what is narrower than 2e-8 of |x|, quiet at
the point and gone at both steps cannot be seen.

Unit: times the step of the row."""

QUIET = 16.0
"""Times the round-off of f and of x that a row of values may scatter about a smooth curve, if its slope is believed.

Chosen: sums of a dozen terms scatter so much; what is louder has its noise measured.

Unit: times a round-off."""

FASTEST = 0.01
"""Least rate from order to order at which the rest of a row is charged, though its estimates settle faster.

Derived: that of the last order, (5 · ROW / R)² at a distance R of |x| to the next singularity, is 0.004 at R = |x|.

Unit: ratio of neighbouring changes."""

SETTLING = 0.2
"""The change of a row's estimates must fall at least so much from order to order, where it is more than noise.

Derived: a rate of 0.2 leaves the highest order a rest of 0.2⁵ = 3e-4 at best, which is no good value any more.

Unit: ratio of neighbouring changes."""

ROW_RESERVE = 3.0
"""Times the rest of a row that is charged for truncation.

Derived: the rate grows from order to order, by (5/4)² = 1.6 at the last; the rest is reserve.

Unit: times a rest."""

SHORT = 1e-3
"""Step of a slope, in units of the row's, below which it is asked whether f jumps beside x.

Chosen: 1e-5 of |x|, the best step of a smooth function: who needs a shorter one has something near.

Unit: times the step of the row."""

FURTHER = 8.0
"""How much further than the row goes a jump is looked for, on the one side where the row shows none.

Derived: 8 · 5 · 0.0125 is half of |x|: f may end where x changes its sign.

Unit: times the length of the row."""

HALVINGS = 6
"""Halvings of an interval over which a jump stays what it is, while a smooth change falls to 1/64.

Chosen: an eighth, halfway between both, then tells them apart, and noise, too, which is not the same at each halving.

Unit: halvings."""

STEEPEST = 1e4
"""Round-offs of x over which a cost must change to be steep, and no jump.

Chosen: 1e-12 of x; nearer, a smooth cost has lost so many digits that it stands on stairs of its own.

Unit: times the round-off of x."""

ROW_OF_JUMPS = 16
"""Values to each side of the point in a row that is searched for jumps of a rounded cost.

Chosen: some jumps among thirty moves leave enough of them to tell the slope between; more cost evaluations.

Unit: values."""

LONGER_ROWS = 4.0
"""Times longer than the row before the next one is, if no jumps or few are seen.

Chosen: where a row shows one or two jumps, the next one has four to eight of 32 moves, which are still few.

Unit: ratio of steps."""

OWN_JUMP = 1.5
"""Units of a rounded cost by which it must leave what is usual at one place, if that is a jump of its own.

Derived: rounding alone moves it by one unit there, the cost's own jump and rounding by two at least to be seen.

Unit: units of the last digit."""

PLAIN_JUMP = 4.0
"""Units of a rounded cost from which on its own jumps are all seen; smaller ones may hide in what rounding does.

Derived: rounding takes one unit from a jump at most, and the usual move one; two are left, which is seen.

Unit: units of the last digit."""

FEW_JUMPS = 0.3
"""Share of the moves in a row that may be jumps, if the others are to tell the slope between them.

Chosen: the median of nine moves is then one without a jump, nearly always.

Unit: share of moves."""

JUMPS_TRIED = 3
"""Moves of a row, the most unusual, that are looked at closely: is it a jump?

Chosen: what rounding does can lead a bisection astray where a jump has two or three units.

Unit: moves."""
