"""Published numbers of the course's exercise, reproduced with our own network.

The parameters are the published test case: NumPy's old generator with seed 1, for a 4-5-3-1 network and three
examples. The published differences with planted bugs are set by the bugs, not by round-off, so they come out the
same for our way to write the cost. The 1.19e-7 of the correct code is pure round-off of the course's way to
write the cost, and is not ours. (Sources: worked-examples of the project, from public course notebooks.)
"""

import numpy as np
import pytest

from gradlab import nn

OLD = np.random.RandomState(1)
X = OLD.standard_normal((4, 3))
Y = np.array([[1, 1, 0]])
PARAMS = {
    f"{letter}{layer}": OLD.standard_normal((n_out, n_in if letter == "W" else 1))
    for layer, (n_in, n_out) in enumerate([(4, 5), (5, 3), (3, 1)], start=1)
    for letter in "Wb"
}


def flat(params):
    return np.concatenate([params[name].ravel() for name in PARAMS])


def numeric(step):
    """The course's loop: each component up and down by the same step."""
    slopes = []
    for name, array in PARAMS.items():
        for index in np.ndindex(array.shape):
            both = []
            for sign in (1, -1):
                moved = array.copy()
                moved[index] += sign * step
                both.append(nn.cost(PARAMS | {name: moved}, X, Y))
            slopes.append((both[0] - both[1]) / (2 * step))
    return np.array(slopes)


def difference(analytic, numeric):
    return np.linalg.norm(analytic - numeric) / (np.linalg.norm(analytic) + np.linalg.norm(numeric))


BUGS = {  # published difference: factors that the bugs put on the gradients
    0.2850931567761623: {"W2": 2, "b1": 4},
    0.17344196893145933: {"W2": 2},
    0.2544229712458523: {"b1": 4},
}


@pytest.mark.parametrize("published", BUGS)
def test_planted_bugs_give_the_published_difference(published):
    grads = nn.gradients(PARAMS, X, Y)
    wrong = {name: BUGS[published].get(name, 1) * grad for name, grad in grads.items()}
    assert difference(flat(wrong), numeric(1e-7)) == pytest.approx(published, abs=1e-7)


def test_an_array_that_was_not_copied_gives_the_published_third():
    """theta+ and theta- share memory, so the step down is taken from theta+: half the slope, 1/3 in formula (2)."""
    assert difference(flat(nn.gradients(PARAMS, X, Y)), numeric(1e-7) / 2) == pytest.approx(0.3333333, abs=1e-7)


def test_the_correct_gradient_agrees_far_better_than_the_course_could_see():
    assert difference(flat(nn.gradients(PARAMS, X, Y)), numeric(1e-5)) < 1e-9


def test_twenty_of_the_47_components_are_exactly_zero():
    gradient = flat(nn.gradients(PARAMS, X, Y))
    assert gradient.size == 47
    assert np.sum(gradient == 0) == 20
