# Makes the small files of all types that tests/test_frame.c reads (R 4.2.2, haven).
library(haven)
n <- c(1.5, NA, -2)
s <- c("b", "", "\u00e9")
d <- as.Date(c("2022-05-24", NA, "1969-12-31"))
l <- c(2, 1, NA)
labels <- labelled(l, c(low = 1, high = 2))
packed <- data.frame(n, s, d)
packed$l <- labels
write_dta(packed, "types.dta")
write_sav(packed, "types.sav")
frame <- data.frame(n, s, d, l = factor(l, levels = 1:2, labels = c("low", "high")))
saveRDS(frame, "types.rds")
saveRDS(frame, "types-xz.rds", compress = "xz")
e <- frame[1:2, ]
d <- frame
save(d, e, file = "two.rda")
saveRDS(1:3 + 0.5, "vector.rds")
