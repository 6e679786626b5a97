import TapestryTape
import Testing

@Suite struct ListingTests {
  @Test func ofALoop() {
    #expect(
      CallOutTests.totals.listing == """
        arena 128 bytes, 1 instructions, 1 waves
        feed 0: "numbers" float32[5]
        state 0: "total" float32[] written
        loop 5 times
          wave 0
            0: call total float32 (state[0]+0, feed[0]+0+4*i0, state[0]+0, arena+64+4*i0)  # total in sums
        end
        output "totals" float32[5] <- arena+64

        """)
  }
}
