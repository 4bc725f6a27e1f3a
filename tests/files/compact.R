# Makes compact.rda, compact.rds, lists.rds and no-rows.rds for tests/test_frame.c (R 4.2.2): vectors that R saves in another
# form than their elements, beside objects that are no data frames.
n <- 100
numbers <- c(1.5, 1e5, 123456, 1e-5, 0.1, NA, NaN, -Inf, 1e15, 123456.789, 100 / 3, -2e-300, 1e-15, 0.0001)
d <- data.frame(id = sort((n:1) * 7L), day = sort(as.Date("2000-01-01") + n:1), x = sort(n:1 / 8),
                whole = 1:n, half = as.numeric(11:110), code = as.character(1:n),
                number = as.character(rep_len(numbers, n)), word = sort(rep_len(c("b", "a"), n)),
                level = sort(factor(rep_len(c("v", "u"), n))), flag = sort(rep_len(c(TRUE, FALSE), n)))
latin1 <- "\xe9t\xe9"
Encoding(latin1) <- "latin1"
d$place <- rep_len(c(latin1, "\u00e9t\u00e9", "plain"), n)
compiled <- compiler::cmpfun(function(x) { for (i in 1:3) x <- x + quote(a + b(i))[[1]]; x })
place <- new.env()
place$inner <- place
model <- lm(x ~ whole + level, d)
cube <- array(1:16, c(2, 2, 2, 2))
e <- structure(data.frame(a = 1:2, b = factor(c("u", "v"))), origin = place, terms = y ~ x)
f <- data.frame(a = factor(c("p", "q")), b = factor(c("r", "s")))
save(compiled, cube, d, e, f, model, place, file = "compact.rda", compress = "xz")
saveRDS(d, "compact.rds", compress = FALSE)
write.csv(d[1:14, ], "", row.names = FALSE)
lists <- data.frame(a = 1:2)
lists$b <- list(1, 2:3)
lists$c <- cbind(1:2, 3:4) # as Surv() and poly() make
lists$d <- complex(real = 1:2)
lists$e <- cbind(7:8)
saveRDS(lists, "lists.rds")
saveRDS(lists[0, "a", drop = FALSE], "no-rows.rds")
