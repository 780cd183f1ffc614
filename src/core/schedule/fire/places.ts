/*
 * The places of what a fire says besides the lines of its schedule, which count from 0.
 */

/** The warehouse is resumed, because the schedule is to, and sleeps again at the end. */
export const resumeAt = -1
/** What was woken is paused. */
export const pauseAt = -2
/** The warehouse is resumed in the place of a line that woke it before this fire was said again. */
export const resumeAgainAt = -3
