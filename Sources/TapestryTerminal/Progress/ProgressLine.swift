/// A line on standard error that shows how far some work is.
///
/// In a terminal it is one line redrawn in place, with a bar, the percentage, the rate, the time left and metrics. In a
/// terminal that cannot move its cursor it is a whole line now and then; in a file or a pipe, one line when the work is
/// complete. Standard output is never touched, so results can be piped while progress stays visible.
///
/// ```swift
/// let line = ProgressLine("epoch 1/20", total: batches.count, unit: "batches")
/// for batch in batches {
///   line.advance(metrics: "loss 0.31")
/// }
/// line.finish(metrics: "loss 0.29  accuracy 0.91")
/// ```
///
/// A line that goes away unfinished, as when an error is thrown, ends its row first, so that the error's text begins a
/// row of its own.
public final class ProgressLine {
  private var moment: ProgressMoment
  private var renderer: any ProgressRenderer
  private let now: () -> Double
  private let start: Double
  private let write: (String) -> Void

  /// A line for some work.
  ///
  /// - Parameters:
  ///   - label: what is being done; it leads the line.
  ///   - total: how many steps there are; nil where that is not known.
  ///   - unit: what a step is called, in the plural.
  public convenience init(_ label: String, total: Int? = nil, unit: String = "") {
    let clock = ContinuousClock()
    let origin = clock.now
    self.init(
      label, total: total, unit: unit, style: .forStandardError(),
      now: { (clock.now - origin) / .seconds(1) }, write: writeToStandardError)
  }

  package init(
    _ label: String, total: Int?, unit: String, style: ProgressStyle, now: @escaping () -> Double,
    write: @escaping (String) -> Void
  ) {
    moment = ProgressMoment(
      label: label, unit: unit, done: 0, total: total, elapsed: 0, metrics: "", isLast: false)
    renderer = style.makeRenderer()
    self.now = now
    self.write = write
    start = now()
  }

  deinit { emit(renderer.textWhenAbandoned()) }

  /// Counts steps as done.
  ///
  /// - Parameters:
  ///   - steps: how many more are done.
  ///   - metrics: the text that trails the line; nil keeps the one before.
  public func advance(by steps: Int = 1, metrics: String? = nil) {
    update(to: moment.done + steps, metrics: metrics)
  }

  /// Says how many steps are done in all. After ``finish(metrics:)`` it does nothing.
  public func update(to done: Int, metrics: String? = nil) {
    guard !moment.isLast else { return }
    moment.done = done
    show(metrics)
  }

  /// Draws the line a last time and ends it. A second call does nothing.
  public func finish(metrics: String? = nil) {
    guard !moment.isLast else { return }
    moment.isLast = true
    show(metrics)
  }

  private func show(_ metrics: String?) {
    if let metrics { moment.metrics = metrics }
    moment.elapsed = now() - start
    emit(renderer.text(for: moment))
  }

  private func emit(_ text: String) {
    if !text.isEmpty { write(text) }
  }
}
