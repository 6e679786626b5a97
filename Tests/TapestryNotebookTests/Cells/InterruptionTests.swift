import Foundation
import TapestryNotebook
import Testing

@Suite struct InterruptionTests {
  @Test func controlCAsksForAnEnd() {
    #expect(!Interruption().isRequested)
    let own = Interruption()
    own.request()
    #expect(own.isRequested)
    // The handler is that of the process; it is taken away by the first signal.
    Interruption.shared.listen()
    #expect(!Interruption.shared.isRequested)
    kill(getpid(), SIGINT)
    // Whichever thread takes signals gets it, soon.
    for _ in 0..<5000 where !Interruption.shared.isRequested { usleep(1000) }
    #expect(Interruption.shared.isRequested)
  }
}
