import Foundation
import Synchronization

// A signal may come in the middle of anything, an allocation too, so its handler does nothing but set a flag, and gives
// the signal back its usual meaning: a second Ctrl-C ends the process at once.

/// Whether the user has typed Ctrl-C.
package final class Interruption: Sendable {
  /// That of the process.
  package static let shared = Interruption()
  private let flag = Atomic(false)

  package init() {}

  /// Whether it was asked for.
  package var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks for it.
  package func request() { flag.store(true, ordering: .relaxed) }

  /// From now on Ctrl-C asks for it, once.
  package func listen() {
    // The handler finds the shared one made: nothing is initialised in it.
    _ = Interruption.shared
    signal(SIGINT) { _ in
      Interruption.shared.request()
      signal(SIGINT, SIG_DFL)
    }
    // Whoever started the process may have held the signal back, and that is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
