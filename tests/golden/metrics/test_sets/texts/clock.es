El viejo reloj se detuvo.
Nadie lo notó.
Pues, empecemos.
