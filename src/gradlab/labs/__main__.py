"""`python -m gradlab.labs folder`: write an assignment, or a hunt for yourself."""

import argparse

from gradlab import labs


def main() -> None:
    """Draw bugs and write the files."""
    parser = argparse.ArgumentParser(prog="python -m gradlab.labs", description="Write broken functions to repair.")
    parser.add_argument("folder", help="where to; task_1.py … and test_tasks.py")
    parser.add_argument("--bugs", type=int, default=3, metavar="N", help="how many (3)")
    parser.add_argument("--topic", action="append", default=[], choices=list(labs.TOPICS), help="only these")
    parser.add_argument("--level", action="append", default=[], type=int, choices=[1, 2, 3], help="only these")
    parser.add_argument("--hunt", metavar="ID", help="this one hunt of the site's labs, by its id")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same bugs (0)")
    asked = parser.parse_args()
    try:
        if asked.hunt is not None:
            bugs: tuple[labs.Bug, ...] = (labs.find(asked.hunt),)
        else:
            bugs = labs.choose(labs.BUGS, asked.bugs, topics=asked.topic, levels=asked.level, seed=asked.seed)
        for path in labs.write(asked.folder, bugs, seed=asked.seed):
            print(path.as_posix())
    except (ValueError, FileExistsError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
