# Simulated spells: two causes, 40 % (f) or 12 % (m) never leave; some enter late.
set.seed(11); n <- 300
x <- data.frame(id = rep(1:100, 3), age = round(rnorm(n, 60, 8), 1),
  sex = sample(c("f", "m"), n, TRUE), region = sample(c("north", "south", "west"), n, TRUE))
never <- runif(n) < ifelse(x$sex == "m", .12, .4)
t1 <- rweibull(n, 1.4, 9 * exp(-.03 * (x$age - 60))); t2 <- rweibull(n, 1.3, 10)
t1[never] <- t2[never] <- Inf
cc <- runif(n, 5, 50)
x$exit <- ceiling(pmin(t1, t2, cc) * 10) / 10
x$cause <- ifelse(cc < pmin(t1, t2), "censored", ifelse(t1 < t2, "death", "coup"))
x$entry <- floor(runif(n) * x$exit * 3 * (runif(n) < .3)) / 10
x$entry <- pmin(x$entry, x$exit - .1); x$entry <- round(pmax(x$entry, 0), 1)
x$w <- sample(1:3, n, TRUE)
x$age[c(5, 77)] <- NA
write.csv(x, "spells.csv", row.names = FALSE, na = "", quote = FALSE)
saveRDS(x, "spells.rds", version = 2)
spells <- x; save(spells, file = "spells.rda", version = 2)
haven::write_dta(x, "spells.dta")
haven::write_sav(x, "spells.sav")
